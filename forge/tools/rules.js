// What Atlassian's validators let through in a manifest, although Jira refuses it later or the app would not work.

const LIFECYCLE = new Set(["avi:forge:installed:app", "avi:forge:upgraded:app"]);
const LONGEST_KEY = 23;
const MOST_SCHEDULES = 5;
const PAGES = ["jira:globalPage", "jira:adminPage", "jira:issuePanel"];
const ORIGIN = /^https:\/\/[^/?#\s]+$/;

/** The facts of the platform: the scopes that each event needs, and the properties of each kind of page.
 * @typedef {{ events: Record<string, string[]>, properties: Record<string, string[]> }} Known */

const list = (value) => value ?? [];
const scopesOf = ({ permissions }) =>
  Array.isArray(permissions?.scopes) ? permissions.scopes : Object.keys(permissions?.scopes ?? {});

function* tokens(manifest) {
  const scopes = scopesOf(manifest);
  for (const endpoint of list(manifest.modules?.endpoint)) {
    for (const [token, scope] of [
      ["appUserToken", "read:app-user-token"],
      ["appSystemToken", "read:app-system-token"],
    ]) {
      if (endpoint.auth?.[token]?.enabled && !scopes.includes(scope))
        yield `endpoint ${endpoint.key} asks for ${token}, but the scope ${scope} is missing`;
    }
    if (endpoint.key.length > LONGEST_KEY)
      yield `endpoint key ${endpoint.key} has more than ${LONGEST_KEY} characters`;
  }
}

function* events(manifest, known) {
  const scopes = scopesOf(manifest);
  for (const trigger of list(manifest.modules?.trigger)) {
    for (const event of trigger.events) {
      const name = typeof event === "string" ? event : event.eventType;
      const needed = known.events[name];
      if (!needed && !LIFECYCLE.has(name)) yield `trigger ${trigger.key}: there is no event ${name}`;
      for (const scope of list(needed)) {
        if (!scopes.includes(scope)) yield `trigger ${trigger.key}: ${name} needs the scope ${scope}`;
      }
    }
  }
  const schedules = list(manifest.modules?.scheduledTrigger).length;
  if (schedules > MOST_SCHEDULES) yield `${schedules} scheduled triggers: an app may have ${MOST_SCHEDULES}`;
}

function* pages(manifest, known) {
  for (const kind of PAGES) {
    for (const page of list(manifest.modules?.[kind])) {
      for (const name of Object.keys(page)) {
        if (!known.properties[kind].includes(name)) yield `${kind} ${page.key}: there is no property ${name}`;
      }
      if (page.useAsConfig && (page.pages || page.sections))
        yield `${kind} ${page.key}: a page for the configuration has no pages of its own`;
    }
  }
}

function* remotes(manifest) {
  for (const { key, baseUrl, operations } of list(manifest.remotes)) {
    for (const address of typeof baseUrl === "string" ? [baseUrl] : Object.values(baseUrl ?? {})) {
      if (!ORIGIN.test(address)) yield `remote ${key}: ${address} is not an https origin without a path`;
    }
    if (!list(operations).includes("compute"))
      yield `remote ${key}: without the operation compute no page can call it`;
  }
}

function* platform(manifest) {
  for (const gone of ["jira:fullPage", "jira:issueGlance"]) {
    if (manifest.modules?.[gone]) yield `${gone} is deprecated`;
  }
  const runtime = manifest.app?.runtime?.name;
  if (["nodejs18.x", "nodejs20.x"].includes(runtime)) yield `the runtime ${runtime} is retired`;
  if (manifest.connectModules)
    yield "connectModules are only for apps that the Marketplace listed as Connect apps";
  if (manifest.app?.licensing) yield "an app with a license cannot be shared by a link";
  for (const unsafe of JSON.stringify(manifest.permissions ?? {}).match(/unsafe-[\w-]+/g) ?? [])
    yield `permissions ask for ${unsafe}`;
  const variable = JSON.stringify(manifest).match(/\$\{[^}]*\}/);
  if (variable) yield `${variable[0]} is not declared under environment.variables`;
}

/** Return a sentence for each fault of a parsed manifest.
 * @param {Record<string, any>} manifest
 * @param {Known} known
 * @returns {string[]} */
function faults(manifest, known) {
  return [tokens, events, pages, remotes, platform].flatMap((rule) => [...rule(manifest, known)]);
}

/** Return a sentence for each fault of the page: what the policy of Atlassian's file server blocks, or what it refuses.
 * @param {string} html
 * @returns {string[]} */
function pageFaults(html) {
  const found = [];
  if (!/<html[\s>]/i.test(html)) found.push("the page has no <html> element");
  if (/<script(?![^>]*\ssrc=)/i.test(html)) found.push("the page has an inline script");
  if (/<style[\s>]|<[^>]*\sstyle\s*=/i.test(html)) found.push("the page has an inline style");
  if (/<[^>]*\son\w+\s*=/i.test(html)) found.push("the page has an inline event handler");
  for (const [, address] of html.matchAll(/<(?:script|link|img)\b[^>]*\s(?:src|href)="([^"]*)"/gi)) {
    if (!address.startsWith("./")) found.push(`the page loads ${address}, which does not begin with ./`);
  }
  return found;
}

module.exports = { faults, pageFaults };
