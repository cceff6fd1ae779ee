// The one entry: each behaviour lives in a module of its own and listens on the document,
// so that fragments swapped in later need no set-up.
import "./session.js";
import "./jira.js";
import "./grid.js";
import "./clipboard.js";
import "./options.js";
import "./dialog.js";
import "./flags.js";
import "./keys.js";
import "./menu.js";
import "./narrow.js";
import "./trouble.js";
import "./waiting.js";
import "./worklog.js";
import "./list.js";
import "./calendar.js";
import "./configuration.js";
import "./finder.js";
import "./team.js";
import "./availability.js";
import "./year.js";
import "./scheme.js";
import "./download.js";
import "./overview.js";
import "./audit.js";
