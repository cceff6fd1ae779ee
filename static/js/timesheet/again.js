// Texts that were not saved because Timesheet or Jira could not be reached are sent again: automatically after a while, and by
// a key or a button at once. The key also sends those for which a permission was missing. Each keeps its idempotency key and
// the worklogs over which it was typed, so nothing is saved twice, and nothing that changed elsewhere meanwhile is replaced.
import { closest } from "../page/elements.js";
import { flagNote } from "../page/flags.js";
import { addKeys } from "../page/keys.js";
import { tn } from "../page/language.js";
import { say } from "../page/live.js";
import { repeatable, waiting } from "./refused.js";
import { saveAgain } from "./saving.js";
import { beginAction, beginAgain } from "./undo.js";

/** @typedef {import("./refused.js").Refusal} Refusal */
/** @typedef {import("./undo.js").Action} Action */

/** The first wait; each further one is twice as long. */
const FIRST_MS = 30_000;
const LONGEST_MS = 300_000;

let wait = FIRST_MS;
/** @type {number | undefined} */
let timer;

/** The numbers of texts that are being sent again, and that were saved, except those of actions that say it themselves. */
let left = 0;
let saved = 0;

/** Send these texts again. What was one action is one again.
 * @param {Refusal[]} refusals
 * @param {boolean} quiet */
function sendAgain(refusals, quiet) {
  if (!refusals.length) return;
  window.clearTimeout(timer);
  timer = undefined;
  /** @type {Map<Action, Refusal[]>} */
  const actions = new Map();
  for (const refusal of refusals)
    actions.set(refusal.action, [...(actions.get(refusal.action) ?? []), refusal]);
  left += refusals.length;
  for (const group of actions.values()) {
    const action = (quiet ? beginAgain : beginAction)(group.map(({ place }) => place));
    const part = group.length > 1;
    const ended = (/** @type {boolean} */ fine) => end(fine, part, quiet);
    for (const refusal of group) saveAgain(refusal, action, part, { quiet, ended });
  }
}

/** @param {boolean} fine
 * @param {boolean} part
 * @param {boolean} quiet */
function end(fine, part, quiet) {
  left -= 1;
  saved += Number(fine && !part);
  if (fine) {
    wait = FIRST_MS;
    sendAgain(waiting(), quiet);
  }
  if (left) return;
  if (saved) {
    const text = tn("{count} cell saved.", "{count} cells saved.", saved);
    flagNote(text);
    say(text);
  }
  saved = 0;
}

/** Send one text as a test. If it is saved, the others follow. */
const probe = () => sendAgain(waiting().slice(0, 1), true);

document.addEventListener("grid:refused", () => {
  if (!waiting().length) return;
  timer ??= window.setTimeout(() => {
    timer = undefined;
    wait = Math.min(wait * 2, LONGEST_MS);
    probe();
  }, wait);
});

window.addEventListener("online", () => {
  wait = FIRST_MS;
  probe();
});

function sendNow() {
  const refusals = repeatable();
  sendAgain(refusals, false);
  return refusals.length > 0;
}

addKeys({ "Control+Enter": sendNow });

document.addEventListener("click", (event) => {
  if (closest(event.target, "[data-save-again]", HTMLElement)) sendNow();
});
