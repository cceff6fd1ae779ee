// The actions of this tab: those that can be undone, and the undone ones that can be redone, the newest last.
// The server knows what each of them changed.

import { all, byId } from "../page/elements.js";

const MOST_ACTIONS = 50;

/** @typedef {import("./cells.js").Place} Place */
/** The two ways to reverse an action: one that was done is undone, one that was undone is redone.
 * @typedef {"undo" | "redo"} Way */
/** One action: the cells it saves, the tokens with which the server reverses them, how many cells are not answered yet, and
 * how many are ``saved``. ``button`` reverses an action without tokens. ``kept``: when the server was last asked to keep the
 * offers. ``reversing``: its reversal has begun; until that has ended, the action keeps its position. ``opposite``: the
 * action that takes its place then, and ``awaits`` its tokens until then.
 * @typedef {{way: Way, places: Place[], tokens: string[], left: number, saved: number, kept?: number,
 *   button?: HTMLButtonElement, reversing?: boolean, opposite?: Action, awaits?: boolean}} Action */

const { viewer = "", site = "" } = document.documentElement.dataset;
/** The place of the tokens of a person's actions while this tab is reloaded, for as long as the server keeps the offers. A
 * person has one account on all sites, and the browser one storage for the app's pages on all of them. */
const STORED = `undo ${site} ${viewer}`;
const STORED_MS = 15 * 60_000;

/** Only My Timesheet keeps them: another page would undo what it does not show. */
const keeps = byId("sheet", HTMLElement) !== null;

/** Return the actions of this tab before it was reloaded; none if the browser keeps nothing for this page.
 * @returns {Action[]} */
function readActions() {
  if (!keeps) return [];
  try {
    const { at = 0, stored = [] } = JSON.parse(window.sessionStorage.getItem(STORED) ?? "{}");
    if (Date.now() - at > STORED_MS) return [];
    return stored.map((/** @type {Pick<Action, "way" | "places" | "tokens">} */ { way, places, tokens }) =>
      actionOf(way, tokens, places),
    );
  } catch {
    return [];
  }
}

/** All of them, in the order in which they were done or undone.
 * @type {Action[]} */
let actions = readActions();

/** Store the actions for a reload. One that is being reversed is among them, because its response is lost then: to reverse
 * it again changes nothing more, and says with which tokens it is reversed in turn. */
export function storeActions() {
  if (!keeps) return;
  const stored = actions
    .filter(({ tokens }) => tokens.length)
    .map(({ way, places, tokens }) => ({ way, places, tokens }));
  try {
    window.sessionStorage.setItem(STORED, JSON.stringify({ at: Date.now(), stored }));
  } catch {
    // Without a place for them, they end with the page.
  }
}

/** Return an action whose cells are all answered.
 * @param {Way} way
 * @param {string[]} tokens
 * @param {Place[]} [places]
 * @returns {Action} */
export function actionOf(way, tokens, places = []) {
  return { way, places, tokens, left: 0, saved: 0 };
}

/** @param {Way} way
 * @returns {Action | undefined} the newest action that can be reversed this way */
export const newest = (way) => actions.findLast((action) => action.way === way && !action.reversing);

/** Add an action that the person did just now. Nothing that was undone before can be redone after that.
 * @template {Action} T
 * @param {T} action
 * @returns {T} */
export function addNew(action) {
  actions = actions.filter(({ way, reversing }) => way === "undo" || reversing);
  for (const button of all(document, ".flag [data-redo]", HTMLElement)) button.remove();
  add(action);
  return action;
}

/** Add an action as the newest of its way.
 * @param {Action} action */
export function add(action) {
  const same = actions.filter(({ way }) => way === action.way);
  const oldest = same.length < MOST_ACTIONS ? null : same[0];
  actions = [...actions.filter((other) => other !== oldest), action];
  giveTokens(action, action.tokens);
}

/** Give an action its tokens. If its reversal was sent twice, both responses had the same ones: there is only one to redo.
 * @param {Action} action
 * @param {string[]} tokens */
export function giveTokens(action, tokens) {
  action.tokens = tokens;
  const [token] = tokens;
  dropEach((other) => other !== action && token !== undefined && other.tokens[0] === token);
}

/** @param {HTMLButtonElement} button */
export const isKnown = (button) => actions.some((action) => action.button === button);

/** @param {(action: Action) => boolean} gone */
export function dropEach(gone) {
  actions = actions.filter((action) => !gone(action));
  storeActions();
}

/** @param {Action} action */
export const drop = (action) => dropEach((other) => other === action);
