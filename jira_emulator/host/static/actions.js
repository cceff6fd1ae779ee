/* What an app may ask of the page around it, by name. */
import * as cookie from "./cookie.js";
import { openDialog } from "./dialog.js";
import { closeFlag, showFlag } from "./flag.js";
import { ask, settle, spread, tell } from "./frames.js";
import * as place from "./place.js";
import { request } from "./request.js";
import { themeNow } from "./theme.js";

const css = (value) => (/^\d+(\.\d+)?$/.test(String(value)) ? `${value}px` : String(value));

function resize(entry, width, height, how) {
  if (entry.full) return;
  const floor = how === "auto" && entry.fills ? entry.holder.clientHeight : 0;
  entry.frame.style.width = css(width);
  entry.frame.style.height = css(typeof height === "number" ? Math.max(height, floor) : height);
}

function sizeToParent(entry) {
  entry.full = true;
  entry.frame.style.width = "100%";
  entry.frame.style.height = "100%";
  entry.holder.classList.add("ap-full");
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
  "flag.create": (entry, spec) => showFlag(spec, (name, data) => tell(entry, name, [data])),
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
  "theming.get": () => themeNow(),
  "navigator.go": place.go,
  "navigator.getLocation": place.location,
  "navigator.reload": () => window.location.reload(),
  "cookie.save": cookie.save,
  "cookie.read": cookie.read,
  "cookie.erase": cookie.erase,
  request,
  "jira.refreshIssuePage": () => window.location.reload(),
};
