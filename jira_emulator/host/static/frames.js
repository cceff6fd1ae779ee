/* The iframes of apps on this page, and messages to them. */
const PATIENCE_MS = 20000;
const SANDBOX = [
  "allow-downloads",
  "allow-forms",
  "allow-modals",
  "allow-popups",
  "allow-popups-to-escape-sandbox",
  "allow-same-origin",
  "allow-scripts",
  "allow-top-navigation-by-user-activation",
];
const frames = new Map();

/** Ask the site something; throws when it refuses. */
export async function ask(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`Jira refused (${answer.status})`);
  return answer.json();
}

/** Put an app's iframe into a holder; `spec` comes from the site. */
export function mount(holder, spec, extra = {}) {
  const frame = document.createElement("iframe");
  const entry = { frame, spec, holder, ...extra };
  frame.className = "ap-frame";
  frame.title = spec.title || spec.appName;
  frame.name = JSON.stringify({ host: window.location.origin, channel: spec.channel, app: spec.app });
  frame.setAttribute("sandbox", SANDBOX.join(" "));
  frame.referrerPolicy = "no-referrer";
  frame.addEventListener("load", () => settle(entry));
  holder.dataset.state = "loading";
  entry.patience = setTimeout(() => {
    holder.dataset.state = "silent";
  }, PATIENCE_MS);
  frame.src = spec.url;
  holder.append(frame);
  frames.set(frame, entry);
  return entry;
}

export function unmount(entry) {
  clearTimeout(entry.patience);
  frames.delete(entry.frame);
  entry.frame.remove();
}

/** The app has answered: no more waiting. */
export function settle(entry) {
  clearTimeout(entry.patience);
  entry.holder.dataset.state = "ready";
}

export function all() {
  return [...frames.values()];
}

/** The frame behind a window, or undefined for a window that is none of ours. */
export function entryOf(source) {
  return all().find((entry) => entry.frame.contentWindow === source);
}

/** Only a page of the app's own origin can read what is posted. */
export function post(entry, message) {
  const whole = { connect: 1, channel: entry.spec.channel, ...message };
  entry.frame.contentWindow?.postMessage(whole, entry.spec.origin);
}

export function notify(entry, name, args) {
  post(entry, { type: "event", name, args });
}

/** An event for all frames of the same app, or of every app. */
export function spread(entry, name, args, everyone) {
  for (const other of all()) {
    if (everyone) notify(other, `public:${name}`, args);
    else if (other.spec.app === entry.spec.app) notify(other, name, args);
  }
}
