/* Where the page is and where it goes: the `#!` fragment of AP.history, the targets of AP.navigator. */

/** The state an app keeps in the address. */
export function fragment() {
  return window.location.hash.startsWith("#!") ? decodeURIComponent(window.location.hash.slice(2)) : "";
}

export function fullState() {
  const key = fragment();
  return {
    key,
    hash: key,
    title: document.title,
    href: window.location.href,
    query: customQuery(),
    state: window.history.state?.app ?? null,
  };
}

function customQuery() {
  const custom = [...new URLSearchParams(window.location.search)].filter(([name]) => name.startsWith("ac."));
  return Object.fromEntries(custom.map(([name, value]) => [name.slice(3), value]));
}

/** `verb` is pushState or replaceState; `state` a text, or an object with hash, query and state. */
export function writeHistory(verb, state, title) {
  const key = typeof state === "string" ? state : (state?.hash ?? state?.key ?? "");
  if (typeof title === "string" && title) document.title = title;
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(state?.query || {})) url.searchParams.set(`ac.${name}`, value);
  url.hash = key ? `!${encodeURIComponent(key)}` : "";
  window.history[verb]({ app: state?.state ?? null }, "", url);
}

/** Leave for a target of AP.navigator; throws for one that is not a place. */
export function go(entry, target, context = {}) {
  const where = destination(entry, target, context);
  if (!where) throw new Error(`AP.navigator.go: ${target} is not a place`);
  const url = new URL(where, window.location.origin);
  if (!["http:", "https:"].includes(url.protocol)) throw new Error("Only http and https");
  window.location.assign(url);
}

export function location(entry) {
  const { app, module, context } = entry.spec;
  return { target: "addonmodule", context: { addonKey: app, moduleKey: module, context } };
}

function destination(entry, target, context) {
  switch (target.toLowerCase()) {
    case "site":
      return context.absoluteUrl || context.relativeUrl;
    case "issue":
      return `/browse/${encodeURIComponent(context.issueKey)}`;
    case "projectsummary":
    case "projectadminsummary":
      return `/jira/projects/${encodeURIComponent(context.projectKey)}`;
    case "dashboard":
    case "userprofile":
      return "/jira/projects";
    case "addonmodule":
      return moduleUrl(context.addonKey || entry.spec.app, context);
    default:
      return null;
  }
}

function moduleUrl(app, { moduleKey, context = {}, customData = {} }) {
  const query = new URLSearchParams();
  const project = context.project?.key || context.projectKey;
  const issue = context.issue?.key || context.issueKey;
  if (project) query.set("project.key", project);
  if (issue) query.set("issue.key", issue);
  for (const [name, value] of Object.entries(customData)) query.set(`ac.${name}`, String(value));
  const tail = query.size ? `?${query}` : "";
  return `/plugins/servlet/ac/${encodeURIComponent(app)}/${encodeURIComponent(moduleKey)}${tail}`;
}
