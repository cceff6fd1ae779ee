// Actions that can be undone, the newest last. The server knows what each of them changed.

import { all, byId, closest, first, fromTemplate, the } from "../page/elements.js";
import { flagDone, flagProblem, flagWait } from "../page/flags.js";
import { addKeys } from "../page/keys.js";
import { t, tn } from "../page/language.js";
import { say } from "../page/live.js";

const MOST_ACTIONS = 50;
/** An offer to undo lasts for a quarter of an hour on the server, and many cells may take longer to save. */
const KEEP_AFTER_MS = 5 * 60_000;
/** Undo is not done any more once the page took longer to open. */
const OPENING_MS = 45_000;
/** The status of a request beyond the limit of changes in a minute. */
export const TOO_MANY = 429;

/** @typedef {import("./cells.js").Place} Place */
/** One action: the cells it saves, the tokens with which the server undoes them, how many cells are not answered yet, and
 * how many are ``saved``. ``button`` undoes an action without tokens. ``kept``: when the server was last asked to keep the
 * offers.
 * @typedef {{places: Place[], tokens: string[], left: number, saved: number, kept?: number, button?: HTMLButtonElement}}
 *   Action */

/** Where the tokens of a person's actions are while this tab is reloaded, for as long as the server keeps the offers. */
const STORED = `undo ${document.documentElement.dataset.viewer ?? ""}`;
const STORED_MS = 15 * 60_000;

const sheet = () => byId("sheet", HTMLElement);

/** Only My Timesheet keeps them: another page would undo what it does not show. */
const keeps = sheet() !== null;

/** Return the actions of this tab before it was reloaded; none if the browser keeps nothing for this page.
 * @returns {Action[]} */
function readActions() {
  if (!keeps) return [];
  try {
    const { at = 0, stored = [] } = JSON.parse(window.sessionStorage.getItem(STORED) ?? "{}");
    if (Date.now() - at > STORED_MS) return [];
    return stored.map((/** @type {Pick<Action, "places" | "tokens">} */ { places, tokens }) => ({
      places,
      tokens,
      left: 0,
      saved: 0,
    }));
  } catch {
    return [];
  }
}

function storeActions() {
  if (!keeps) return;
  const stored = actions
    .filter(({ tokens }) => tokens.length)
    .map(({ places, tokens }) => ({ places, tokens }));
  try {
    window.sessionStorage.setItem(STORED, JSON.stringify({ at: Date.now(), stored }));
  } catch {
    // Without a place for them, they end with the page.
  }
}

/** @type {Action[]} */
let actions = readActions();
/** Actions to undo, in this order and one at a time, because several may have saved the same cell.
 * @type {Action[]} */
const pending = [];
let undoing = false;
/** The status of the response to the undo in progress; 0 without one. */
let status = 0;

/** Start an action that saves these cells.
 * @param {Place[]} places
 * @returns {Action} */
export function beginAction(places) {
  const action = { places, tokens: [], left: places.length, saved: 0, kept: Date.now() };
  add(action);
  return action;
}

/** Offer to undo several writes that were one action, with a message about them.
 * @param {string} text
 * @param {string[]} tokens */
export function offerUndo(text, tokens) {
  add({ places: [], tokens, left: 0, saved: 0 });
  flagDone(text, tokens, url());
}

/** @param {Action} action */
function add(action) {
  actions = [...actions, action].slice(-MOST_ACTIONS);
  storeActions();
}

/** @param {Action} action */
function drop(action) {
  actions = actions.filter((other) => other !== action);
  storeActions();
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
  if (pending.includes(action)) undoNext();
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
  const source = document.body.appendChild(document.createElement("i"));
  source.hidden = true;
  await window.htmx.ajax("POST", url(), {
    source,
    target: source,
    swap: "none",
    quiet: true,
    values: { undo: action.tokens.join(","), keep: "1" },
  });
  source.remove();
}

const url = () => the("flags", HTMLElement).dataset.undo ?? "";

async function undoNext() {
  const next = pending[0];
  if (undoing || !next || next.left > 0) return;
  undoing = true;
  pending.shift();
  if (next.tokens.length && !(await takeBack(next.tokens))) {
    // Another try may succeed, so the actions can be undone again, in the same order.
    for (const action of [...pending.splice(0).reverse(), next]) add(action);
  }
  undoing = false;
  undoNext();
}

/** @param {string[]} tokens
 * @returns {Promise<boolean>} false if another try may succeed */
async function takeBack(tokens) {
  status = 0;
  document.getElementById(`undo-${tokens[0]}`)?.remove();
  await window.htmx.ajax("POST", url(), {
    source: the("flags", HTMLElement),
    target: "#flags",
    swap: "beforeend",
    quiet: true,
    values: { undo: tokens.join(",") },
  });
  if (status === 0) flagProblem(fromTemplate("not-undone"));
  return status > 0 && status < 500 && status !== TOO_MANY;
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { sourceElement, response } = ctx;
  if (sourceElement?.id === "flags") status = response?.status ?? 0;
  const tokens = closest(sourceElement, ".flag [data-undo]", HTMLElement)?.dataset.undo;
  if (!tokens || response?.status !== TOO_MANY) return;
  // Nothing was undone, so the button stays, and the key undoes it too.
  add({ places: [], tokens: tokens.split(","), left: 0, saved: 0 });
  ctx.target = the("flags", HTMLElement);
  ctx.swap = "beforeend";
});

/** @param {string} text */
function inform(text) {
  flagWait(text);
  say(text);
}

/** Return true if the day of a cell is on the screen. Its row may be gone together with its time.
 * @param {Place} place */
function isShown({ day }) {
  const { first: from = "", last: to = "" } = sheet()?.dataset ?? {};
  return from <= day && day <= to;
}

/** Undo the whole newest action. If it or a newer one is still being saved or undone, undo it afterward. */
function undoLast() {
  actions = actions.filter(({ button }) => !button || button.isConnected);
  const last = actions[actions.length - 1];
  if (!last) {
    inform(t("There is nothing to undo in this tab."));
    return;
  }
  if (last.places.length && !sheet()?.dataset.first) wanted = Date.now();
  else if (last.places.length && !last.places.some(isShown))
    inform(t("The last save was on other days: go there to undo it."));
  else {
    drop(last);
    if (last.button) {
      last.button.click();
      return;
    }
    pending.push(last);
    if (last.left > 0) say(t("This is still being saved. It will be undone after that."));
    undoNext();
  }
}

/** When undo was wanted while the page was opening: which days it shows is known once the sheet is there. */
let wanted = 0;

document.addEventListener("htmx:after:swap", () => {
  if (!sheet()?.dataset.first || Date.now() - wanted > OPENING_MS) return;
  wanted = 0;
  undoLast();
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
  const tokens = ctx.flight ? "" : tokensIn(tasks);
  if (!tokens) return;
  const form = closest(ctx.sourceElement, "form", HTMLFormElement);
  if (part && first(form, "[data-rest]", HTMLElement)) drop(part);
  const action = { places: [], tokens: tokens.split(","), left: 0, saved: 0 };
  add(action);
  part = tasks.some(({ fragment }) => first(fragment, "[data-rest]", HTMLElement)) ? action : null;
});

document.addEventListener("htmx:after:swap", () => {
  for (const button of all(document, "#flags [data-undo='']", HTMLButtonElement)) {
    if (!actions.some((action) => action.button === button))
      add({ places: [], tokens: [], left: 0, saved: 0, button });
  }
});

// Forget an action that was undone with its button.
document.addEventListener("click", (event) => {
  const tokens = closest(event.target, "[data-undo]", HTMLElement)?.dataset.undo;
  if (!tokens) return;
  actions = actions.filter((action) => action.tokens[0] !== tokens.split(",")[0]);
  storeActions();
});

addKeys({ "Control+z": undoLast });
