// A refused text stays in its cell with the reason beside it. The focus does not move; a key leads to the next one.

import { all, closest, fromTemplate, the } from "../page/elements.js";
import { flagProblem } from "../page/flags.js";
import { addKeys } from "../page/keys.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import { placeBeside } from "../page/placement.js";
import { requestAside } from "../page/request_aside.js";
import {
  cellAt,
  cellOf,
  cellText,
  closedOf,
  editing,
  grid,
  issueRows,
  keepSeen,
  keptOf,
  key,
  label,
  limitOf,
  placeOf,
  reasonFor,
  setText,
  table,
} from "./cells.js";
import { activeCell, focus } from "./focus.js";
import { CONFLICT, discardTry, mayBeGranted, mayPass, UNAUTHENTICATED, wasRefused } from "./tries.js";

/** @typedef {import("./cells.js").Place} Place */
/** @typedef {import("./undo.js").Action} Action */
/** @typedef {import("./flights.js").Flight} Flight */
/** ``where``: the cell, described in words. ``seen``: the worklogs over which the text was typed. ``replaced``: the actions
 * whose texts are not in the cell because of it. ``flight``: the save that ended so.
 * @typedef {{place: Place, where: string, text: string, reason: DocumentFragment, seen: string, action: Action,
 *   replaced: Action[], like: string, flight: Flight}} Refusal */

/** Refused texts by issue and day. They are kept across swaps until they are saved or discarded.
 * @type {Map<string, Refusal>} */
const refusals = new Map();
/** The cell whose reason is on the screen.
 * @type {Place | null} */
let shownPlace = null;
/** The cell beside which is shown why it cannot change, and that text.
 * @type {{place: Place, text: string} | null} */
let explained = null;

const box = () => the("cell-problem", HTMLElement);

/** Return true if a refused text is in a cell, or in one that is not on the screen. */
export const hasRefused = () => refusals.size > 0;

/** Return the refused cell whose reason is on the screen, with its refusal.
 * @returns {{ td: HTMLTableCellElement, refusal: Refusal } | null} */
export function shownRefusal() {
  const td = shownPlace && table() && cellAt(shownPlace);
  const refusal = td && refusalOf(td);
  return td && refusal ? { td, refusal } : null;
}

/** @param {string} day */
function isShown(day) {
  const { first: from = "", last = "" } = table()?.dataset ?? {};
  return from <= day && day <= last;
}

/** @param {HTMLTableCellElement} td
 * @returns {Refusal | undefined} */
const refusalOf = (td) => refusals.get(key(placeOf(td)));

/** Return the refused texts with such a status, except one that somebody is changing.
 * @param {(status: number | undefined) => boolean} passes
 * @returns {Refusal[]} */
const refusedWith = (passes) =>
  [...refusals.values()].filter(
    ({ place, flight }) => passes(flight.status) && !cellAt(place)?.querySelector(".cell-input"),
  );

/** Return the refused texts that are sent again automatically. */
export const waiting = () => refusedWith(mayPass);

/** Return the refused texts that somebody may send again as they are. */
export const repeatable = () => refusedWith((status) => mayPass(status) || mayBeGranted(status));

/** Keep a refused text in its cell and show the reason. Modules that depend on it listen to the event `grid:refused`.
 * @param {Refusal} refusal
 * @param {string} [was] the value in Jira */
export function refuse(refusal, was) {
  const { place, where, reason, flight } = refusal;
  for (const alert of reason.querySelectorAll("[role='alert']")) alert.removeAttribute("role");
  refusals.set(key(place), refusal);
  const td = cellAt(place);
  if (td) mark(td, was ?? cellText(td));
  document.dispatchEvent(new CustomEvent("grid:refused"));
  // Nothing is new, so nobody is interrupted. What is not sent again anymore is new.
  if (flight.again?.quiet && mayPass(flight.status)) {
    refresh();
    return;
  }
  if (!td) {
    flagProblem(`${where}: `, reason.cloneNode(true), ...repeated(refusal));
    return;
  }
  explain(td);
  const sentence = reason.querySelector("p")?.textContent ?? "";
  const advice = all(box(), ".hint", HTMLElement)
    .filter((paragraph) => paragraph.checkVisibility())
    .map((paragraph) => paragraph.innerText.trim())
    .join(" ");
  // Without an answer it may be saved all the same.
  say(
    wasRefused(flight.status)
      ? t("{cell}: not saved. {reason} {advice}", { cell: where, reason: sentence, advice })
      : t("{name}: {value}", { name: where, value: `${sentence} ${advice}`.trim() }),
  );
}

/** Forget an earlier refusal of a cell, because the cell is being saved.
 * @param {Place} place
 * @returns {Action[]} those of which the cell was, and the text not saved */
export function drop(place) {
  const refusal = refusals.get(key(place));
  refusals.delete(key(place));
  cellAt(place)?.classList.remove("refused");
  refresh();
  return refusal ? [...refusal.replaced, refusal.action] : [];
}

/** Discard the text of a refused cell and show Jira's value.
 * @param {HTMLTableCellElement} td */
export function forget(td) {
  const place = placeOf(td);
  if (!refusals.delete(key(place))) return;
  discardTry(place);
  td.classList.remove("refused");
  setText(td, td.dataset.was ?? "", true);
  delete td.dataset.was;
  delete td.dataset.seen;
  refresh();
}

/** @param {HTMLTableCellElement} td
 * @param {string} was */
function mark(td, was) {
  td.dataset.was = was;
  td.classList.add("refused");
  const { text = "", seen = "" } = refusalOf(td) ?? {};
  setText(td, text);
  keepSeen(td, seen);
  const input = td.querySelector(".cell-input");
  input?.setAttribute("aria-invalid", "true");
  input?.setAttribute("aria-describedby", "cell-problem");
}

/** After a swap, put refused texts back into their cells. A text goes with its row, and a message says so. */
export function markRefused() {
  for (const [cell, { place, where, text }] of refusals) {
    const td = cellAt(place);
    if (td && !td.classList.contains("refused")) mark(td, cellText(td));
    if (td || !isShown(place.day)) continue;
    refusals.delete(cell);
    discardTry(place);
    flagProblem(t("{cell}: “{text}” was not saved, and its row is gone.", { cell: where, text }));
  }
  refresh();
}

/* The reason beside its cell */

/** @param {HTMLTableCellElement} td */
function explain(td) {
  shownPlace = placeOf(td);
  const refusal = refusalOf(td);
  const reason = refusal?.reason.cloneNode(true);
  box().classList.toggle("aside", !td.contains(document.activeElement));
  const ways = [...repeated(refusal), ...inDialog(refusal), ...hint(td), ...decided(refusal)];
  box().replaceChildren(...(reason ? [reason] : []), ...ways);
  moveBox(td);
}

/** Return that refused texts are sent again, with a button that does it at once, if there are such texts. Beside the
 * request to reload the page there is nothing else to do.
 * @param {Refusal | undefined} refusal
 * @returns {HTMLElement[]} */
const repeated = (refusal) =>
  waiting().length && refusal?.flight.status !== UNAUTHENTICATED
    ? all(fromTemplate("save-again"), "p", HTMLElement)
    : [];

/** Return a button that opens the dialog, for a value that can be entered only there.
 * @param {Refusal | undefined} refusal
 * @returns {HTMLElement[]} */
const inDialog = (refusal) =>
  refusal?.reason.querySelector("[data-field^='attribute-']")
    ? all(fromTemplate("in-dialog"), "p", HTMLElement)
    : [];

/** Return how to decide between a text and the one worklog that came into its cell meanwhile.
 * @param {Refusal | undefined} refusal
 * @returns {HTMLElement[]} */
const decided = (refusal) =>
  refusal?.flight.status === CONFLICT && refusal.flight.after
    ? all(fromTemplate("overwrite"), "p", HTMLElement)
    : [];

/** Return a hint on how to get to the refused cells, if there are several or the focus is elsewhere.
 * @param {HTMLTableCellElement} td
 * @returns {HTMLElement[]} */
function hint(td) {
  const count = all(table(), "td.refused", HTMLElement).length;
  if (count < 2 && td.contains(document.activeElement)) return [];
  const ways = fromTemplate(count > 1 ? "go-on" : "go-there");
  for (const number of ways.querySelectorAll("[data-count]")) number.textContent = String(count);
  return all(ways, "p", HTMLElement);
}

/** Show the reason of one refused cell: the focused one, or else the one shown before. Hide it if none is left. Why a cell
 * cannot change stays until the focus leaves. */
function refresh() {
  const here = cellOf(document.activeElement);
  const others = [shownPlace, ...[...refusals.values()].reverse().map(({ place }) => place)];
  const cells = [here, ...others.map((place) => (place && table() ? cellAt(place) : null))];
  const td = cells.find((cell) => cell && refusalOf(cell));
  const closed = explained && table() ? cellAt(explained.place) : null;
  if (!closed || !(closedOf(closed) || keptOf(closed))) explained = null;
  if (closed && explained) showExplained(closed, explained.text);
  else if (td) explain(td);
  else {
    shownPlace = null;
    box().replaceChildren();
  }
}

/** Move the box beside its cell, to a side where it does not cover a field that somebody types in.
 * @param {HTMLTableCellElement} td */
function moveBox(td) {
  // Beside an edge it would be as narrow as what is left there.
  box().style.insetInlineStart = "0";
  const at = (td.querySelector(".cell-comment") ?? td).getBoundingClientRect();
  const typed = (
    editing()?.closest("td") ?? document.activeElement?.closest("#grid td")
  )?.getBoundingClientRect();
  placeBeside(box(), at, { above: typed !== undefined && typed.top >= at.bottom - 1 });
}

/** Show what belongs to the cell that has the focus now. */
function moveOn() {
  explained = null;
  refresh();
}

document.addEventListener("grid:focus", moveOn);
// After a swap, the cell has the focus again only now.
document.addEventListener("focusin", ({ target }) => {
  if (shownPlace && cellOf(target)) refresh();
});
window.addEventListener("resize", () => {
  if (shownPlace) refresh();
});

// The field of a comment grows with its text, and must not reach under the reason.
document.addEventListener("input", () => {
  const td = shownPlace && cellAt(shownPlace);
  if (td?.querySelector(".cell-comment")) moveBox(td);
});

/** Show beside a cell why it cannot change, before anybody types.
 * @param {HTMLTableCellElement} td
 * @param {string} [first] what happened, if it concerns more than this cell
 * @param {"locked" | "fixed" | "kept"} [limit] the limit of its row that counts, unless its day is closed */
export function explainClosed(td, first = "", limit = limitOf(td)) {
  const reason = reasonFor(td, limit);
  const text = first ? t("{sentence} {reason}", { sentence: first, reason }) : reason;
  explained = { place: placeOf(td), text };
  showExplained(td, text);
  say(text);
  untilLeft();
  if (td.ariaReadOnly === "true") readAgain();
  else askAgain(placeOf(td), limit);
}

/** Show the reason until the focus has left. A swap takes the focus for a moment, and gives it back. */
function untilLeft() {
  const [here, reason] = [document.activeElement, explained];
  const look = () => {
    if (explained !== reason) return;
    if (document.activeElement === here) untilLeft();
    else moveOn();
  };
  here?.addEventListener("blur", () => window.setTimeout(look), { once: true });
}

// In the list, a closed day says why when that is opened.
document.addEventListener(
  "toggle",
  (event) => {
    if (closest(event.target, ".closed-why[open]", HTMLElement)) readAgain();
  },
  true,
);

/** The time at which the sheet was read again because of a closed day. A key that is held down explains often. */
let read = 0;
const PAUSE_MS = 2000;

/** Read the sheet again: the period may have been reopened since it was read. */
export function readAgain() {
  if (Date.now() - read < PAUSE_MS) return;
  read = Date.now();
  window.htmx.trigger(document.body, "changed-elsewhere");
}

/** @param {HTMLTableCellElement} td
 * @param {string} text */
function showExplained(td, text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  box().replaceChildren(paragraph);
  moveBox(td);
}

/** The issues about whose lock Jira is being asked again.
 * @type {Set<string>} */
const asked = new Set();

/** Ask whether a row still has a limit: what was lacking may have been granted since it was read.
 * @param {Place} place
 * @param {string} why */
async function askAgain({ issue }, why) {
  if (asked.has(issue)) return;
  asked.add(issue);
  await requestAside("GET", grid().dataset.locks ?? "", { values: { issue, why } });
  asked.delete(issue);
}

// Without a grid there is no cell to show a reason for.
document.addEventListener("htmx:after:swap", () => {
  if (!table()) {
    shownPlace = null;
    document.getElementById("cell-problem")?.replaceChildren();
  }
});

/* Going to refused cells */

/** Go to the next refused cell in reading order; after the last one comes the first. */
export function goToRefused() {
  const marked = issueRows().flatMap((row) => all(row, "td.refused", HTMLTableCellElement));
  if (!marked.length) {
    say(t("No cell is marked: everything you typed is saved or being saved."));
    return;
  }
  const here = activeCell();
  const after = (/** @type {Node} */ td) =>
    here && (here.compareDocumentPosition(td) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const next = marked.find(after) ?? marked[0];
  focus(next);
  const value = refusalOf(next)?.reason.querySelector("p")?.textContent ?? "";
  say(t("{name}: {value}", { name: label(next), value }));
}

addKeys({ "Alt+ArrowDown": () => table() !== null && goToRefused() });
