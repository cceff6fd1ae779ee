/* What an app may ask of the page around it, by name. */
import * as cookie from "./cookie.js";
import { openDialog } from "./dialog.js";
import { closeFlag, showFlag } from "./flag.js";
import { ask, notify, settle, spread } from "./frames.js";
import * as place from "./place.js";
import { request } from "./request.js";
import { surfaceBelow, themeNow } from "./theme.js";

const RESIZE_MS = 50;

const css = (value) => (/^\d+(\.\d+)?$/.test(String(value)) ? `${value}px` : String(value));

/** The newest wish counts, once an app has been quiet for a moment; a page that fills its place has no wishes. */
function resize(entry, width, height) {
  if (entry.full) return;
  clearTimeout(entry.resizing);
  entry.resizing = setTimeout(() => {
    entry.frame.style.width = css(width);
    entry.frame.style.height = css(height);
  }, RESIZE_MS);
}

/** For pages only: a panel is as tall as its content. */
function sizeToParent(entry) {
  if (!entry.fills) return;
  clearTimeout(entry.resizing);
  entry.full = true;
  entry.frame.style.width = "100%";
  entry.frame.style.height = "100%";
  entry.holder.classList.add("ap-full");
}

/** Return the current theme; later ones are sent to this frame. `surface` is the color below it if not the page’s own. */
function initializeTheming(entry) {
  entry.themed = true;
  return { initialTheme: themeNow(), surface: surfaceBelow(entry) };
}

async function token(entry) {
  const { values, app, module } = entry.spec;
  return (await ask("/_host/context-token", { ...values, app, module })).token;
}

function dialogOf(entry) {
  if (!entry.dialog) throw new Error("This page is not in a dialog");
  return entry.dialog;
}

export const actions = {
  init: settle,
  "context.getToken": token,
  "context.getContext": (entry) => entry.spec.context,
  resize,
  sizeToParent,
  getLocation: () => window.location.href,
  "flag.create": (entry, spec) => showFlag(spec, (name, data) => notify(entry, name, [data])),
  "flag.close": (_, id) => closeFlag(id),
  "dialog.create": openDialog,
  "dialog.close": (entry, data) => dialogOf(entry).close(data),
  "dialog.escape": (entry) => entry.dialog?.escape(),
  "dialog.getCustomData": (entry) => entry.dialog?.customData,
  "dialog.button": (entry, name, verb) => dialogOf(entry).button(name, verb),
  "dialog.createButton": (entry, spec) => dialogOf(entry).addButton(spec),
  "dialog.disableCloseOnSubmit": (entry) => dialogOf(entry).stayOnSubmit(),
  "dialog.isCloseOnEscape": (entry) => dialogOf(entry).closeOnEscape,
  "history.getState": (_, type) => (type === "all" ? place.fullState() : place.fragment()),
  "history.pushState": (_, state, title) => place.writeHistory("pushState", state, title),
  "history.replaceState": (_, state, title) => place.writeHistory("replaceState", state, title),
  "history.go": (_, delta) => window.history.go(delta),
  "events.emit": (entry, name, args) => spread(entry, name, args, false),
  "events.emitPublic": (entry, name, args) => spread(entry, name, args, true),
  "user.getCurrentUser": (entry) => ({ atlassianAccountId: entry.spec.user.accountId }),
  "user.getTimeZone": (entry) => entry.spec.user.timeZone,
  "user.getLocale": (entry) => entry.spec.user.locale,
  "theming.initialize": initializeTheming,
  "navigator.go": place.go,
  "navigator.getLocation": place.location,
  "navigator.reload": () => window.location.reload(),
  "cookie.save": cookie.save,
  "cookie.read": cookie.read,
  "cookie.erase": cookie.erase,
  request,
  "jira.refreshIssuePage": () => window.location.reload(),
};
