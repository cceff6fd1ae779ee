// Carries what was typed to the server and shows its answer: what is on its way, and what became of it.
import { adopt, cellAt, key, label, newKey, placeOf, setText, table, textOf } from "./cells.js";
import { drop, markRefused, refuse } from "./refused.js";
import { answered, beginAction, tokensIn } from "./undo.js";

const AT_ONCE = 3;
/** Answers after which nothing of the request is in Jira: it was read and refused. */
const REFUSED = [401, 403, 404, 409, 413, 422];

/** @typedef {import("./cells.js").Place} Place */
/** @typedef {import("./undo.js").Action} Action */
/** @typedef {{first: string, last: string, group: string}} Span */
/** What is on its way to Jira. It belongs to a day, not to a column: other days may be shown when the answer comes.
 * ``part``: one of several cells that are saved together. ``next`` waits for the answer.
 * @typedef {{place: Place, label: string, text: string, was: string, seen: string, span: Span, action: Action,
 *   part: boolean, key: string, tried: string[], after?: string, status?: number, tokens?: string,
 *   next?: {text: string, action: Action}}} Flight */
/** A try whose fate nobody knows: the same text goes with the same key, another one names the keys before it.
 * @typedef {{text: string, seen: string, key: string, tried: string[]}} Try */

/** @type {Map<string, Flight>} */
const flights = new Map();
/** @type {Map<string, Try>} */
const unsure = new Map();
/** @type {Flight[]} */
let waiting = [];
/** The issues that are being written to: one write after the other, as each moves the same estimate.
 * @type {Set<string>} */
const busy = new Set();
let revision = 0;

/** True while something typed has not been answered. */
export const pending = () => flights.size > 0;

/** Send one cell as an action of its own; a second value for the same cell waits for the first answer.
 * @param {HTMLTableCellElement} td
 * @param {string} text */
export const save = (td, text) => saveAll([[td, text]]);

/** Send several cells as one action.
 * @param {[HTMLTableCellElement, string][]} cells */
export function saveAll(cells) {
  if (!cells.length) return;
  const action = beginAction(cells.map(([td]) => placeOf(td)));
  for (const [td, text] of cells) saveOne(td, text, action, cells.length > 1);
}

/** @param {HTMLTableCellElement} td
 * @param {string} text
 * @param {Action} action
 * @param {boolean} part */
function saveOne(td, text, action, part) {
  const place = placeOf(td);
  saveUrl = table().dataset.save;
  const flight = flights.get(key(place));
  const was = td.dataset.was ?? textOf(td);
  const seen = td.dataset.w ?? "";
  delete td.dataset.was;
  drop(place);
  td.classList.remove("saved");
  markSaving(td, text);
  if (flight) {
    if (flight.next) answered(flight.next.action);
    flight.next = { text, action };
    return;
  }
  launch({
    place,
    label: label(td),
    text,
    was,
    seen,
    span: span(),
    action,
    part,
    ...tryOf(place, text, seen),
  });
}

/** The key of a try: what was typed keeps it until its fate is known.
 * @param {Place} place
 * @param {string} text
 * @param {string} seen
 * @returns {{key: string, tried: string[]}} */
function tryOf(place, text, seen) {
  const before = unsure.get(key(place));
  if (!before) return { key: newKey(), tried: [] };
  if (before.text === text && before.seen === seen) return { key: before.key, tried: before.tried };
  return { key: newKey(), tried: [...before.tried, before.key] };
}

/** Remember a try that may have arrived; forget all of them once one is saved.
 * @param {Flight} flight
 * @param {boolean} fine */
function noteFate({ place, text, seen, key: used, tried, status }, fine) {
  if (fine) unsure.delete(key(place));
  else if (!REFUSED.includes(status)) unsure.set(key(place), { text, seen, key: used, tried });
  else if (tried.length)
    unsure.set(key(place), { text: "", seen: "", key: tried.at(-1), tried: tried.slice(0, -1) });
  else unsure.delete(key(place));
}

/** @returns {Span} */
function span() {
  const { first, last, group } = table().dataset;
  return { first, last, group };
}

/** @param {HTMLTableCellElement} td
 * @param {string} text */
function markSaving(td, text) {
  td.classList.add("saving");
  td.setAttribute("aria-busy", "true");
  setText(td, text);
}

/** @param {Flight} flight */
function launch(flight) {
  flights.set(key(flight.place), flight);
  waiting.push(flight);
  pump();
}

function pump() {
  for (const flight of [...waiting]) {
    if (busy.size >= AT_ONCE) return;
    const { issue } = flight.place;
    if (busy.has(issue)) continue;
    busy.add(issue);
    waiting = waiting.filter((other) => other !== flight);
    send(flight).finally(() => {
      busy.delete(issue);
      pump();
    });
  }
}

/** Send from an element of its own: the cell may be gone before the answer comes.
 * @param {Flight} flight */
async function send(flight) {
  const source = document.body.appendChild(document.createElement("i"));
  source.hidden = true;
  const { place, text: value, seen, key, tried, part, span } = flight;
  const values = { issue: place.issue, day: place.day, value, seen, key, tried: tried.join(","), ...span };
  await window.htmx.ajax("POST", saveUrl, {
    source,
    target: source,
    swap: "none",
    flight,
    values: part ? { ...values, part: "1" } : values,
  });
  const reason = document.createDocumentFragment();
  reason.append(...source.childNodes);
  source.remove();
  settle(flight, reason);
}

/** Where cells are saved, also while another layout is on the screen. */
let saveUrl = "";

/** @param {Flight} flight
 * @param {DocumentFragment} reason */
function settle(flight, reason) {
  const { place, next, status } = flight;
  const fine = status !== undefined && status < 400;
  flights.delete(key(place));
  noteFate(flight, fine);
  answered(flight.action, fine ? flight.tokens : "");
  const td = cellAt(place);
  if (next && next.text !== flight.text && (fine || (REFUSED.includes(status) && status !== 409))) {
    if (td) markSaving(td, next.text);
    const seen = fine ? (flight.after ?? "") : flight.seen;
    const was = fine ? flight.text : flight.was;
    const following = { ...flight, ...tryOf(place, next.text, seen), text: next.text, action: next.action };
    launch({
      ...following,
      part: false,
      was,
      seen,
      next: undefined,
      status: undefined,
      after: undefined,
      tokens: "",
    });
    return;
  }
  if (next) answered(next.action);
  td?.removeAttribute("aria-busy");
  td?.classList.remove("saving");
  if (fine) td?.classList.add("saved");
  else {
    if (status === undefined)
      reason.replaceChildren(document.getElementById("offline").content.cloneNode(true));
    refuse(
      place,
      flight.label,
      next?.text ?? flight.text,
      reason,
      flight.after === undefined ? flight.was : undefined,
    );
  }
}

/** After a swap put what was refused, and what is on its way, back into the cells that show it. */
export function markPending() {
  markRefused();
  for (const { place, text, next, status } of flights.values()) {
    const td = cellAt(place);
    if (status === undefined && td && !td.classList.contains("saving")) markSaving(td, next?.text ?? text);
  }
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.flight) return;
  ctx.flight.status = ctx.response.status;
  // The reason is kept for the cell, wherever that is by then.
  if (ctx.flight.status >= 400) ctx.swap = "innerHTML";
});

/** @param {{fragment?: DocumentFragment}} task */
const revisionOf = (task) => task.fragment?.querySelector?.("[data-rev]")?.dataset.rev;

/** @param {{fragment?: DocumentFragment}} task
 * @returns {HTMLTableCellElement | null | undefined} */
const cellIn = (task) => task.fragment?.querySelector?.("td:not([data-rev])");

/** An answer belongs to the days that were shown when it was asked for.
 * @param {Flight} flight */
const outOfSight = ({ span: { first, group } }) =>
  table()?.dataset.first !== first || table()?.dataset.group !== group;

// Answers may overtake each other, and the days on the screen may be others by now: totals never go back.
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks, ctx } = event.detail;
  const newer = tasks.map(revisionOf).find(Boolean);
  if (!ctx.flight || !newer) return;
  ctx.flight.tokens = tokensIn(tasks);
  ctx.flight.after = tasks.map((task) => cellIn(task)?.dataset.w).find(Boolean) ?? "";
  const late = Number(newer) < revision;
  revision = Math.max(revision, Number(newer));
  const elsewhere = outOfSight(ctx.flight);
  const td = cellAt(ctx.flight.place);
  for (let i = tasks.length - 1; i >= 0; i -= 1) {
    const cell = cellIn(tasks[i]);
    const typing = cell && td?.querySelector(".cell-input");
    // Somebody types in this very cell: it changes around the field.
    if (typing && !elsewhere) adopt(td, cell);
    if (typing || (late && revisionOf(tasks[i])) || (elsewhere && (cell || revisionOf(tasks[i]))))
      tasks.splice(i, 1);
  }
});
