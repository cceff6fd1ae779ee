// Undo and redo: reverse actions, one at a time, when the cells that they saved are answered.

import { isPostponed } from "../page/dialog.js";
import { all, byId, closest, first, fromTemplate, the } from "../page/elements.js";
import { flagDone, flagNote, flagProblem } from "../page/flags.js";
import { addKeys } from "../page/keys.js";
import { t, tn } from "../page/language.js";
import { say } from "../page/live.js";
import { requestAside } from "../page/request_aside.js";
import {
  actionOf,
  add,
  addNew,
  drop,
  dropEach,
  giveTokens,
  isKnown,
  newest,
  storeActions,
} from "./actions.js";
import { key } from "./cells.js";
import { mayPass } from "./tries.js";

/** @typedef {import("./actions.js").Action} Action */
/** @typedef {import("./actions.js").Way} Way */
/** @typedef {import("./cells.js").Place} Place */

/** An offer to undo lasts for a quarter of an hour on the server, and many cells may take longer to save. */
const KEEP_AFTER_MS = 5 * 60_000;
/** Nothing is reversed any more once the page took longer to open. */
const OPENING_MS = 45_000;
/** The status of a request beyond the limit of changes in a minute. */
export const TOO_MANY = 429;

/** Return true if another try to reverse the same may succeed.
 * @param {number | undefined} status undefined without a response */
const isTemporary = (status) => mayPass(status) || status === TOO_MANY;

const sheet = () => byId("sheet", HTMLElement);

/** Actions to reverse, in this order and one at a time, because several may have saved the same cell.
 * @type {Action[]} */
const pending = [];
/** The action whose reversal was sent, also while it goes on in the dialog.
 * @type {Action | null} */
let current = null;
let sending = false;
/** The status of the response to the reversal in progress; 0 without one. */
let status = 0;

/** @param {Place[]} places
 * @returns {Action} */
const actionOn = (places) => ({ ...actionOf("undo", [], places), left: places.length, kept: Date.now() });

/** Start an action that saves these cells.
 * @param {Place[]} places
 * @returns {Action} */
export const beginAction = (places) => addNew(actionOn(places));

/** Start an action that saves these cells again although nobody asked for it: what was undone can still be redone.
 * @param {Place[]} places
 * @returns {Action} */
export function beginAgain(places) {
  const action = actionOn(places);
  add(action);
  return action;
}

/** Offer to undo several writes that were one action, with a message about them.
 * @param {string} text
 * @param {string[]} tokens */
export function offerUndo(text, tokens) {
  addNew(actionOf("undo", tokens));
  flagDone(text, tokens, url());
}

/** Let actions that are still being saved wait for a cell that they could not save, because it is being saved again.
 * @param {Action[]} others
 * @returns {Action[]} those that wait now */
export function reopen(others) {
  const open = others.filter(({ left }) => left > 0);
  for (const action of open) action.left += 1;
  return open;
}

/** Record the response to one cell of an action. A refused cell has no tokens, and neither has one that already had the text.
 * @param {Action} action
 * @param {boolean} saved true if Jira has the text of the cell, or a newer one
 * @param {string} [tokens] in a comma list */
export function answered(action, saved, tokens = "") {
  action.left -= 1;
  action.saved += Number(saved);
  action.tokens.push(...tokens.split(",").filter(Boolean));
  storeActions();
  if (action.left > 0) {
    keepOffers(action);
    return;
  }
  const { length } = action.places;
  if (!action.tokens.length) drop(action);
  if (pending.includes(action)) reverseNext();
  else if (action.tokens.length && length > 1) {
    const { saved: count } = action;
    const text =
      count < length
        ? t("{count} of {all} cells saved.", { count, all: length })
        : tn("{count} cell saved.", "{count} cells saved.", length);
    flagDone(text, action.tokens, url());
    // Each answer says its own cell.
    const total = document.getElementById("lt")?.textContent ?? "";
    say(t("{saved} Logged on these days: {total}.", { saved: text, total }));
  }
}

/** Let the server keep what it needs to undo an action of which cells are still being saved.
 * @param {Action} action */
async function keepOffers(action) {
  const now = Date.now();
  if (!action.tokens.length || now - (action.kept ?? now) < KEEP_AFTER_MS) return;
  action.kept = now;
  await requestAside("POST", url(), { values: { undo: action.tokens.join(","), keep: "1" } });
}

const url = () => the("flags", HTMLElement).dataset.undo ?? "";

/** The saves of cells that are being reversed, each with what it waits for.
 * @type {{actions: Action[], go: () => void}[]} */
let later = [];

/** Wait until what was to be reversed in a cell before this save is reversed, or cannot be: typed over it, the text takes the
 * place of what is left then.
 * @param {Place} place
 * @param {Action[]} own the actions that wait for this save
 * @returns {Promise<void>} */
export function afterReversals(place, own) {
  const before = reversals();
  const end = before.findIndex((action) => own.includes(action));
  const isHere = (/** @type {Place} */ other) => key(other) === key(place);
  const actions = before.slice(0, end < 0 ? before.length : end).filter(({ places }) => places.some(isHere));
  return new Promise((go) => {
    later.push({ actions, go });
    goOn();
  });
}

/** Return the actions that are being reversed or will be, in order. */
const reversals = () => (current ? [current, ...pending] : pending);

/** Let the saves go that have nothing more to wait for. */
function goOn() {
  const left = reversals();
  const saves = later;
  later = [];
  for (const save of saves) {
    if (save.actions.some((action) => left.includes(action))) later.push(save);
    else save.go();
  }
}

async function reverseNext() {
  const next = pending[0];
  if (sending || current || !next || next.left > 0) return;
  pending.shift();
  current = next;
  sending = true;
  if (!next.tokens.length) settle([]);
  else if (!(await send(next))) putAllBack();
  sending = false;
  reverseNext();
}

/** Let the actions that were not reversed be reversed again: another try may succeed. */
function putAllBack() {
  if (current) putBack(current);
  current = null;
  for (const action of pending.splice(0)) putBack(action);
  goOn();
}

/** Let an action be reversed again. What awaited its reversal ends.
 * @param {Action} action */
function putBack(action) {
  action.reversing = false;
  if (action.opposite) drop(action.opposite);
  action.opposite = undefined;
}

/** Return true if the dialog shows the progress of a reversal, or will. */
const goesOn = () => isPostponed() || byId("undo-progress", HTMLElement) !== null;

/** @param {Action} action
 * @returns {Promise<boolean>} false if another try may succeed */
async function send({ way, tokens }) {
  status = 0;
  document.getElementById(`undo-${tokens[0]}`)?.remove();
  await window.htmx.ajax("POST", url(), {
    source: the("flags", HTMLElement),
    target: "#flags",
    swap: "beforeend",
    quiet: true,
    values: { undo: tokens.join(","), ...(way === "redo" && { redo: "1" }) },
  });
  // It is over, or goes on in the dialog.
  if (!current || goesOn()) return true;
  if (status === 0) flagProblem(fromTemplate(way === "redo" ? "not-redone" : "not-undone"));
  if (isTemporary(status || undefined)) return false;
  settle([]);
  return true;
}

/** Note with which tokens the current action can be reversed in turn, none if nothing changed, and with which the rest of
 * it can be reversed ``again``. The actions after it wait for that, because they may have saved the same cells.
 * @param {string[]} tokens
 * @param {string[]} [again] */
function settle(tokens, again = []) {
  const action = current;
  current = null;
  if (!action) return;
  const { opposite } = action;
  if (opposite) {
    opposite.left = 0;
    opposite.awaits = false;
    if (tokens.length) giveTokens(opposite, tokens);
    else drop(opposite);
  }
  if (!again.length) {
    drop(action);
    goOn();
    return;
  }
  action.opposite = undefined;
  action.reversing = false;
  giveTokens(action, again);
  putAllBack();
}

/** @param {string | undefined} text
 * @returns {string[]} the tokens in a comma list */
const listed = (text = "") => text.split(",").filter(Boolean);

/** @param {Way} way
 * @returns {Way} */
const otherWay = (way) => (way === "redo" ? "undo" : "redo");

/** Take over what a response says about a reversal: the tokens that reverse it in turn, and those to try ``again``.
 * @param {DOMStringMap} marks
 * @param {Element | undefined} source */
function takeOver({ reversed, back, again }, source) {
  const way = reversed === "redo" ? "redo" : "undo";
  if (current && (source?.id === "flags" || source?.closest("#undo-progress"))) {
    settle(listed(back), listed(again));
    window.setTimeout(reverseNext);
    return;
  }
  if (back) add(actionOf(otherWay(way), listed(back)));
  if (again) add(actionOf(way, listed(again)));
}

// The rest of a long reversal whose dialog is closed is not sent.
document.addEventListener(
  "close",
  () => {
    if (current && !sending && !goesOn()) putAllBack();
  },
  true,
);

const BUTTON = ".flag :is([data-undo], [data-redo])";

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { sourceElement, response } = ctx;
  if (sourceElement?.id === "flags") status = response?.status ?? 0;
  const { undo, redo } = closest(sourceElement, BUTTON, HTMLElement)?.dataset ?? {};
  if (!(undo || redo) || !response || !isTemporary(response.status)) return;
  // What the app itself says about a reversal offers the rest of it.
  if (ctx.text?.includes("data-reversed")) return;
  // To reverse it again does no harm, so the button stays, and the key does it too.
  add(actionOf(redo ? "redo" : "undo", listed(redo || undo)));
  ctx.target = the("flags", HTMLElement);
  ctx.swap = "beforeend";
});

// Without a response nobody knows whether something was reversed. To do it again, with the key too, does no harm.
document.addEventListener("htmx:finally:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  const { undo, redo } = closest(sourceElement, BUTTON, HTMLElement)?.dataset ?? {};
  if (!response && (undo || redo)) add(actionOf(redo ? "redo" : "undo", listed(redo || undo)));
});

/** @param {string} text */
function inform(text) {
  flagNote(text);
  say(text);
}

/** Return true if the day of a cell is on the screen. Its row may be gone together with its time.
 * @param {Place} place */
function isShown({ day }) {
  const { first: from = "", last: to = "" } = sheet()?.dataset ?? {};
  return from <= day && day <= to;
}

/** Reverse the whole newest action. If it or a newer one is still being saved or reversed, do it afterward.
 * @param {Way} way */
function reverse(way) {
  dropEach(({ button }) => button?.isConnected === false);
  const redo = way === "redo";
  const last = newest(way);
  if (!last) {
    inform(redo ? t("There is nothing to redo in this tab.") : t("There is nothing to undo in this tab."));
    return;
  }
  if (last.places.length && !sheet()?.dataset.first) wanted = { way, at: Date.now() };
  else if (last.places.length && !last.places.some(isShown))
    inform(
      redo
        ? t("The last undo was on other days: go there to redo it.")
        : t("The last save was on other days: go there to undo it."),
    );
  else {
    if (last.button) {
      drop(last);
      last.button.click();
      return;
    }
    last.reversing = true;
    last.opposite = { ...actionOf(otherWay(way), [], last.places), left: 1, awaits: true };
    add(last.opposite);
    pending.push(last);
    if (last.left > 0 && !last.awaits) say(t("This is still being saved. It will be undone after that."));
    reverseNext();
  }
}

/** The action that was wanted while the page was opening: which days it shows is known once the sheet is there.
 * @type {{way: Way, at: number} | null} */
let wanted = null;

document.addEventListener("htmx:after:swap", () => {
  if (!wanted || !sheet()?.dataset.first) return;
  const { way, at } = wanted;
  wanted = null;
  if (Date.now() - at <= OPENING_MS) reverse(way);
});

/** Return the undo tokens in a response.
 * @param {HtmxTask[]} tasks
 * @returns {string} in a comma list */
export function tokensIn(tasks) {
  for (const { fragment } of tasks) {
    const marked = first(fragment, "[data-undoable], .flag [data-undo]:not([data-undo=''])", HTMLElement);
    if (marked) return marked.dataset.undoable ?? marked.dataset.undo ?? "";
  }
  return "";
}

/** The part of many changes that is done already. It can be undone even if the page is left before the rest is done.
 * @type {Action | null} */
let part = null;

// Actions in dialogs, lists, and the calendar can be undone too: their responses contain the tokens.
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks, ctx } = event.detail;
  for (const { fragment } of tasks) {
    const marks = first(fragment, "[data-reversed]", HTMLElement)?.dataset;
    if (!marks) continue;
    takeOver(marks, ctx.sourceElement);
    return;
  }
  const tokens = ctx.flight ? "" : tokensIn(tasks);
  if (!tokens) return;
  const form = closest(ctx.sourceElement, "form", HTMLFormElement);
  if (part && first(form, "[data-rest]", HTMLElement)) drop(part);
  const action = addNew(actionOf("undo", listed(tokens)));
  part = tasks.some(({ fragment }) => first(fragment, "[data-rest]", HTMLElement)) ? action : null;
});

document.addEventListener("htmx:after:swap", () => {
  for (const button of all(document, "#flags [data-undo='']", HTMLButtonElement)) {
    if (!isKnown(button)) addNew({ ...actionOf("undo", []), button });
  }
});

// Forget an action that was reversed with its button.
document.addEventListener("click", (event) => {
  const { undo, redo } = closest(event.target, "[data-undo], [data-redo]", HTMLElement)?.dataset ?? {};
  const [token] = listed(redo || undo);
  if (token) dropEach(({ tokens }) => tokens[0] === token);
});

addKeys({
  "Control+z": () => reverse("undo"),
  "Control+y": () => reverse("redo"),
  "Control+Shift+z": () => reverse("redo"),
});
