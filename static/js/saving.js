// Carries what was typed to the server and shows its answer: what is on its way, what was refused, what can be undone.
import {
  cellAt,
  closedOf,
  editing,
  key,
  label,
  newKey,
  placeOf,
  say,
  several,
  table,
  textOf,
} from "./cells.js";
import { newestUndo } from "./flags.js";
import { focus } from "./focus.js";

const AT_ONCE = 3;

/** @typedef {import("./cells.js").Place} Place */
/** What is on its way to Jira. It belongs to a day, not to a column: other days may be shown when the answer comes.
 * @typedef {{place: Place, label: string, text: string, was: string, seen: string, after?: string, span: Span,
 *   next?: string, status?: number, undo: boolean, key: string}} Flight */
/** @typedef {{first: string, last: string, group: string}} Span */
/** @typedef {{place: Place, text: string, reason: DocumentFragment}} Refusal */

/** @type {Map<string, Flight>} */
const flights = new Map();
/** What was refused, by issue and day: it survives every swap until it is saved or given up.
 * @type {Map<string, Refusal>} */
const refusals = new Map();
/** @type {(() => Promise<void>)[]} */
const waiting = [];
/** @type {{place: Place, text: string, worklog: string}[]} */
const done = [];
let running = 0;
let revision = 0;

/** True while something typed has not been answered. */
export const pending = () => flights.size > 0;

/** Give up what was typed in a refused cell and show what Jira has.
 * @param {HTMLTableCellElement} td */
export function forget(td) {
  if (!refusals.delete(key(placeOf(td)))) return;
  td.classList.remove("refused");
  td.replaceChildren(td.dataset.was ?? "", ...countOf(td));
  delete td.dataset.was;
  explain(null);
}

/** The mark that tells how many worklogs a cell holds.
 * @param {HTMLTableCellElement} td
 * @returns {HTMLElement[]} */
function countOf(td) {
  if (!several(td)) return [];
  const [mark, unit] = [document.createElement("sup"), document.createElement("span")];
  unit.className = "sr-only";
  unit.textContent = " worklogs";
  mark.append(td.dataset.n, unit);
  return [mark];
}

/** Show beside a refused cell why it was refused, and nothing beside any other.
 * @param {HTMLTableCellElement | null} td */
function explain(td) {
  const box = document.getElementById("cell-problem");
  const refusal = td && refusals.get(key(placeOf(td)));
  if (!refusal) {
    box.replaceChildren();
    return;
  }
  box.replaceChildren(refusal.reason.cloneNode(true));
  standBy(td);
}

/** Move the sentence beside its cell.
 * @param {HTMLTableCellElement} td */
function standBy(td) {
  const box = document.getElementById("cell-problem");
  const at = td.getBoundingClientRect();
  const below = at.bottom + 4 + box.offsetHeight < window.innerHeight;
  box.style.insetBlockStart = `${below ? at.bottom + 4 : at.top - 4 - box.offsetHeight}px`;
  box.style.insetInlineStart = `${Math.max(8, Math.min(at.left, window.innerWidth - box.offsetWidth - 8))}px`;
}

document.addEventListener("grid:focus", (event) => explain(event.detail));

/** Say beside a cell why its day takes nothing, before anybody types in vain.
 * @param {HTMLTableCellElement} td
 * @param {string} [first] what happened, when it was more than this cell */
export function explainClosed(td, first = "") {
  const said = document.createElement("p");
  said.textContent = `${first}${closedOf(td)}`;
  explain(null);
  document.getElementById("cell-problem").replaceChildren(said);
  standBy(td);
  document.activeElement?.addEventListener("blur", () => explain(null), { once: true });
}

// Where the grid is gone, so is what stood beside a cell.
document.addEventListener("htmx:after:swap", () => {
  if (!table()) explain(null);
});

/** Send one cell; a second value for the same cell waits for the first answer.
 * @param {HTMLTableCellElement} td
 * @param {string} text
 * @param {boolean} [undo] */
export function save(td, text, undo = false) {
  const place = placeOf(td);
  const flight = flights.get(key(place));
  const was = td.dataset.was ?? textOf(td);
  refusals.delete(key(place));
  delete td.dataset.was;
  if (flight) flight.next = text;
  td.classList.remove("refused", "saved");
  markSaving(td, text);
  explain(null);
  if (!flight)
    launch({
      place,
      label: label(td),
      text,
      was,
      seen: td.dataset.w ?? "",
      span: span(),
      undo,
      key: newKey(),
    });
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
  td.replaceChildren(text);
}

/** @param {Flight} flight */
function launch(flight) {
  flights.set(key(flight.place), flight);
  waiting.push(() => send(flight));
  pump();
}

function pump() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting
      .shift()()
      .finally(() => {
        running -= 1;
        pump();
      });
  }
}

/** Send from an element of its own: the cell may be gone before the answer comes.
 * @param {Flight} flight */
async function send(flight) {
  const source = document.body.appendChild(document.createElement("i"));
  source.hidden = true;
  const { place, text: value, seen, key, span } = flight;
  await window.htmx.ajax("POST", table().dataset.save, {
    source,
    target: source,
    swap: "none",
    flight,
    values: { issue: place.issue, day: place.day, value, seen, key, ...span },
  });
  source.remove();
  settle(flight);
}

/** @param {Flight} flight */
function settle(flight) {
  const { place, next } = flight;
  flights.delete(key(place));
  const td = cellAt(place);
  const fine = flight.status !== undefined && flight.status < 400;
  if (fine && !flight.undo) done.push({ place, text: flight.was, worklog: flight.seen.split(".")[0] });
  if (fine && next !== undefined && next !== flight.text) {
    if (td) markSaving(td, next);
    launch({
      ...flight,
      text: next,
      next: undefined,
      was: flight.text,
      seen: flight.after ?? "",
      status: undefined,
      after: undefined,
      key: newKey(),
    });
    return;
  }
  td?.removeAttribute("aria-busy");
  td?.classList.remove("saving");
  if (!fine) refuse(td, flight);
  else td?.classList.add("saved");
}

/** The text stays where it was typed, with the reason beside it.
 * @param {HTMLTableCellElement | null} td
 * @param {Flight} flight */
function refuse(td, flight) {
  const box = document.getElementById("cell-problem");
  const reason = document.createDocumentFragment();
  if (flight.status === undefined) reason.append(document.getElementById("offline").content.cloneNode(true));
  else reason.append(...box.cloneNode(true).childNodes);
  refusals.set(key(flight.place), { place: flight.place, text: flight.next ?? flight.text, reason });
  if (!td) {
    box.replaceChildren();
    sayElsewhere(flight.label, reason);
    return;
  }
  mark(td, flight.after === undefined ? flight.was : textOf(td));
  if (!editing() && document.activeElement?.closest("#grid, body")) focus(td);
  else explain(td);
}

/** A refusal of a cell that is not on the screen any more.
 * @param {string} where
 * @param {DocumentFragment} reason */
function sayElsewhere(where, reason) {
  const flag = document.createElement("div");
  flag.className = "flag problem";
  flag.setAttribute("role", "alert");
  flag.append(`${where}: `, reason.cloneNode(true));
  document.getElementById("flags").append(flag);
}

/** @param {HTMLTableCellElement} td
 * @param {string} was what Jira has */
function mark(td, was) {
  td.dataset.was = was;
  td.replaceChildren(refusals.get(key(placeOf(td))).text);
  td.classList.add("refused");
}

/** After a swap put what was refused, and what is on its way, back into the cells that show it. */
export function markPending() {
  for (const { place } of refusals.values()) {
    const td = cellAt(place);
    if (td && !td.classList.contains("refused")) mark(td, textOf(td));
  }
  for (const { place, text, next, status } of flights.values()) {
    const td = cellAt(place);
    if (status === undefined && td && !td.classList.contains("saving")) markSaving(td, next ?? text);
  }
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.flight) return;
  ctx.flight.status = ctx.response.status;
  if (ctx.flight.status >= 400) {
    ctx.target = document.getElementById("cell-problem");
    ctx.swap = "innerHTML";
  }
});

/** @param {{fragment?: DocumentFragment}} task */
const revisionOf = (task) => task.fragment?.querySelector?.("[data-rev]")?.dataset.rev;

/** An answer belongs to the days that were shown when it was asked for.
 * @param {Flight} flight */
const outOfSight = ({ span: { first, group } }) =>
  table()?.dataset.first !== first || table()?.dataset.group !== group;

// Answers may overtake each other, and the days on the screen may be others by now: totals never go back.
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks, ctx } = event.detail;
  const newer = tasks.map(revisionOf).find(Boolean);
  if (!ctx.flight || !newer) return;
  const mark = tasks.map((task) => task.fragment?.querySelector?.("td[data-w]")?.dataset.w).find(Boolean);
  ctx.flight.after = mark ?? "";
  const late = Number(newer) < revision;
  revision = Math.max(revision, Number(newer));
  const elsewhere = outOfSight(ctx.flight);
  for (let i = tasks.length - 1; i >= 0; i -= 1) {
    const cell = tasks[i].fragment?.querySelector?.("td:not([data-rev])");
    if ((late && revisionOf(tasks[i])) || (elsewhere && (cell || revisionOf(tasks[i])))) tasks.splice(i, 1);
  }
});

/** Undo the last save of the grid: a deleted worklog comes back as it was, a changed one gets its old time. */
export function undoLast() {
  const last = done[done.length - 1];
  const td = last && cellAt(last.place);
  const undo = newestUndo();
  if (!td) {
    if (undo) undo.click();
    else if (last) say("The last save is on other days: go there to undo it.");
    return;
  }
  done.pop();
  if (last.text !== "" && textOf(td) === "") {
    restore(td, last.worklog);
  } else {
    focus(td);
    save(td, last.text, true);
  }
}

/** @param {HTMLTableCellElement} td
 * @param {string} worklog */
function restore(td, worklog) {
  document.getElementById(`undo-${worklog}`)?.remove();
  window.htmx.ajax("POST", table().dataset.restore, {
    source: td,
    target: "#flags",
    swap: "beforeend",
    values: { worklog },
  });
}
