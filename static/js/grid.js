// The grid as a spreadsheet: one cell has the focus, typing replaces, Enter and Tab save and move on.
// The server decides what a typed duration means; this module only carries text to it and shows its answer.
import { returnFocusTo } from "./dialog.js";
import { newestUndo } from "./flags.js";
import { reveal } from "./narrow.js";

const AT_ONCE = 3;
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** An issue on a day; the column is where that day stood when it was looked at.
 * @typedef {{issue: string, day: string, col: number}} Place */
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
/** @type {Place | null} */
let active = null;
/** @type {Place | null} */
let anchor = null;
let running = 0;
let revision = 0;
let leaving = false;

/** @returns {HTMLTableElement | null} */
export const table = () => document.getElementById("grid");

/** @param {EventTarget | null} target
 * @returns {HTMLTableCellElement | null} */
const cellOf = (target) =>
  target instanceof Element ? target.closest("#grid tr[id^='r'] > td:not(.s)") : null;

/** @param {HTMLTableCellElement} td
 * @returns {Place} */
export const placeOf = (td) => ({
  issue: td.parentElement.id.slice(1),
  day: dayAt(td.cellIndex - 1),
  col: td.cellIndex - 1,
});

const DAY_MS = 86400000;

/** The cell of an issue and a day, if both are on the screen.
 * @param {{issue: string, day: string}} place
 * @returns {HTMLTableCellElement | null} */
export function cellAt({ issue, day }) {
  const col = (Date.parse(day) - Date.parse(table()?.dataset.first)) / DAY_MS;
  const cell = col >= 0 ? document.getElementById(`r${issue}`)?.cells[col + 1] : null;
  return cell ? cellOf(cell) : null;
}

/** The ISO date of a column: columns are consecutive days.
 * @param {number} col */
export function dayAt(col) {
  const day = new Date(`${table()?.dataset.first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + col);
  return day.toISOString().slice(0, 10);
}

const issueRows = () => [...(table()?.querySelectorAll("tbody tr[id^='r']") ?? [])];
const key = (/** @type {Place} */ place) => `${place.issue}:${place.day}`;
const editing = () => document.querySelector(".cell-input");
const several = (/** @type {HTMLElement} */ td) => td.dataset.n !== undefined;

/** An idempotency key; randomUUID needs a secure context, which loopback over http by name is not.
 * @returns {string} */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function activeCell() {
  return (active && (cellAt(active) ?? cellAt({ ...active, day: dayAt(active.col) }))) ?? firstCell();
}

function firstCell() {
  const row = issueRows()[0];
  const today = Number(table()?.dataset.today ?? 0);
  return row?.cells[today + 1] ?? null;
}

/** @param {HTMLTableCellElement | null | undefined} td */
function activate(td) {
  if (!td) return;
  for (const other of table().querySelectorAll("td[tabindex]")) other.removeAttribute("tabindex");
  td.tabIndex = 0;
  active = placeOf(td);
}

/** @param {HTMLTableCellElement | null | undefined} td
 * @param {boolean} [extend] */
function focus(td, extend = false) {
  if (!td) return;
  anchor = extend ? (anchor ?? active) : null;
  activate(td);
  reveal(td.cellIndex - 1);
  select();
  explain(td);
  td.focus();
  td.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** The block from the anchor to the active cell, row by row.
 * @returns {HTMLTableCellElement[][]} */
export function block() {
  if (!active) return [];
  const rows = issueRows();
  const from = anchor ?? active;
  const [r1, r2] = [from, active]
    .map((place) => rows.findIndex((row) => row.id === `r${place.issue}`))
    .sort((a, b) => a - b);
  const [c1, c2] = [from.col, active.col].sort((a, b) => a - b);
  return rows.slice(Math.max(r1, 0), r2 + 1).map((row) => [...row.cells].slice(c1 + 1, c2 + 2));
}

function select() {
  for (const td of table().querySelectorAll("[aria-selected]")) td.removeAttribute("aria-selected");
  if (anchor) for (const td of block().flat()) td.setAttribute("aria-selected", "true");
}

/** @param {HTMLTableCellElement} td
 * @param {number} down
 * @param {number} right */
function neighbour(td, down, right) {
  const rows = issueRows();
  const row = rows[rows.indexOf(td.parentElement) + down];
  const next = row?.cells[td.cellIndex + right];
  return next && cellOf(next);
}

/** The next cell in reading order, forwards or back. */
function nextInOrder(/** @type {HTMLTableCellElement} */ td, /** @type {number} */ step) {
  const cells = issueRows().flatMap((row) => [...row.cells].filter((cell) => cellOf(cell)));
  return cells[cells.indexOf(td) + step];
}

/* Editing */

/** @param {HTMLTableCellElement} td
 * @param {string} text */
function edit(td, text) {
  if (several(td)) {
    openList(td);
    return;
  }
  const input = document.createElement("input");
  input.className = "cell-input";
  input.maxLength = 40;
  input.autocomplete = "off";
  input.value = text;
  input.setAttribute("aria-label", label(td));
  if (td.classList.contains("refused")) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", "cell-problem");
  }
  td.append(input);
  input.focus();
  if (text.length > 1) input.select();
}

/** @param {HTMLTableCellElement} td */
function label(td) {
  const issue = td.parentElement.querySelector("th a")?.textContent ?? "";
  const day = table().tHead.rows[0].cells[td.cellIndex].title;
  return `Time on ${issue}, ${day}`;
}

/** What the cell holds as text, without marks.
 * @param {HTMLTableCellElement} td */
export const textOf = (td) => td.firstChild?.nodeValue ?? "";

/** Leave editing; what was typed is saved when it differs.
 * @param {HTMLInputElement} input
 * @param {boolean} keep */
function finish(input, keep) {
  const td = input.closest("td");
  const text = input.value.trim();
  leaving = true;
  input.remove();
  leaving = false;
  if (keep && (text !== textOf(td) || td.classList.contains("refused"))) save(td, text);
  else if (!keep) forget(td);
}

/** Give up what was typed in a refused cell and show what Jira has.
 * @param {HTMLTableCellElement} td */
function forget(td) {
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
  const at = td.getBoundingClientRect();
  const below = at.bottom + 4 + box.offsetHeight < window.innerHeight;
  box.style.insetBlockStart = `${below ? at.bottom + 4 : at.top - 4 - box.offsetHeight}px`;
  box.style.insetInlineStart = `${Math.max(8, Math.min(at.left, window.innerWidth - box.offsetWidth - 8))}px`;
}

/* Saving */

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
function markPending() {
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

/** @param {string} sentence for a screen reader */
function say(sentence) {
  document.getElementById("live").textContent = sentence;
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

/* The list behind a cell, and the dialog */

/** @param {HTMLTableCellElement} td */
function openList(td) {
  const place = placeOf(td);
  returnFocusTo(() => cellAt(place));
  window.htmx.ajax("GET", table().dataset.cell, {
    source: td,
    target: "#dialog",
    swap: "innerHTML",
    values: { issue: place.issue, day: place.day },
  });
}

/* Keys and pointer */

/** @param {KeyboardEvent} event
 * @param {HTMLInputElement} input */
function keyWhileEditing(event, input) {
  const td = input.closest("td");
  const place = placeOf(td);
  const step = { Enter: event.shiftKey ? [-1, 0] : [1, 0], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (event.key === "Escape") {
    event.preventDefault();
    finish(input, false);
    focus(cellAt(place));
  } else if (event.key === "Tab") {
    const next = nextInOrder(td, event.shiftKey ? -1 : 1);
    if (next) event.preventDefault();
    finish(input, true);
    focus(next);
  } else if (step) {
    event.preventDefault();
    finish(input, true);
    focus(neighbour(td, step[0], step[1]) ?? cellAt(place));
  }
}

/** @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} td
 * @returns {boolean} whether the key was one of ours */
function keyOnCell(event, td) {
  const move = MOVES[event.key];
  if (move && !event.altKey) {
    const whole = event.ctrlKey || event.metaKey;
    focus(whole ? edge(td, move) : neighbour(td, move[0], move[1]), event.shiftKey);
  } else if (event.key === "Enter" && event.shiftKey) openList(td);
  else if (event.key === "Enter" || event.key === "F2") edit(td, textOf(td));
  else if (event.key === "Delete" || event.key === "Backspace") clear();
  else if (event.key === "Home") focus(td.parentElement.cells[1]);
  else if (event.key === "End") focus(cellOf(td.parentElement.cells[table().dataset.width]));
  else if (event.key === "Escape") release(td);
  else if (event.key === "Tab") return tab(event, td);
  else if (/^[0-9.,]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey)
    edit(td, event.key);
  else return false;
  return true;
}

/** After Escape the next Tab leaves the grid: nobody is trapped in it. */
let released = false;

/** @param {HTMLTableCellElement} td */
function release(td) {
  released = true;
  forget(td);
  focus(td);
  document.dispatchEvent(new CustomEvent("grid:escape"));
}

/** @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} td */
function tab(event, td) {
  const next = released ? null : nextInOrder(td, event.shiftKey ? -1 : 1);
  released = false;
  if (!next) return false;
  focus(next);
  return true;
}

/** @param {HTMLTableCellElement} td
 * @param {number[]} move */
function edge(td, [down, right]) {
  const rows = issueRows();
  if (down) return rows[down > 0 ? rows.length - 1 : 0].cells[td.cellIndex];
  return td.parentElement.cells[right > 0 ? Number(table().dataset.width) : 1];
}

/** Clear the selected cells; where more than one worklog would go, the list asks. */
function clear() {
  const filled = block()
    .flat()
    .filter((td) => textOf(td) !== "");
  const many = filled.find(several);
  if (many) openList(many);
  else for (const td of filled) save(td, "");
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches?.(".cell-input")) {
    keyWhileEditing(event, event.target);
    return;
  }
  const td = cellOf(event.target);
  if (td && event.target === td && keyOnCell(event, td)) {
    event.preventDefault();
    event.stopPropagation();
  }
});

document.addEventListener("focusout", (event) => {
  if (!leaving && event.target.matches?.(".cell-input")) finish(event.target, true);
});

document.addEventListener("pointerdown", (event) => {
  const td = cellOf(event.target);
  if (!td || event.target.matches(".cell-input") || event.button !== 0) return;
  event.preventDefault();
  const input = editing();
  if (input) finish(input, true);
  focus(td, event.shiftKey);
});

document.addEventListener("click", (event) => {
  const td = cellOf(event.target);
  if (td && event.pointerType === "touch" && !editing()) edit(td, textOf(td));
});

// On narrow screens the cell that Tab leads to is on the day that is shown.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".day-strip button");
  if (button) activate(activeCell()?.parentElement.cells[Number(button.dataset.col) + 1]);
});

document.addEventListener("dblclick", (event) => {
  const td = cellOf(event.target);
  if (td && !editing()) edit(td, textOf(td));
});

/* Focus survives every swap */

/** What somebody is typing while the sheet is swapped under his hands.
 * @type {{place: Place, text: string} | null} */
let typed = null;

/** True when these tasks leave the cell on the screen.
 * @param {{target: Element, fragment?: DocumentFragment}[]} tasks
 * @param {Place} place */
function keeps(tasks, { issue, day }) {
  const sheet = tasks.map((task) => task.fragment?.querySelector?.("#sheet")).find(Boolean);
  if (!sheet) return true;
  const { first, last } = sheet.querySelector("#grid")?.dataset ?? {};
  return first <= day && day <= last && sheet.querySelector(`#r${issue}`) !== null;
}

document.addEventListener("htmx:before:swap", (event) => {
  const input = editing();
  typed = input && { place: placeOf(input.closest("td")), text: input.value };
  if (typed && !keeps(event.detail.tasks, typed.place)) {
    // Other days would take away what is half typed, so they wait until they are asked for again.
    event.preventDefault();
    say("These days stay on the screen, as you are typing.");
    return;
  }
  leaving = typed !== null;
  const td = cellOf(document.activeElement);
  if (td) active = placeOf(td);
  document.body.dataset.focusWas = td && !editing() ? "grid" : (document.activeElement?.id ?? "");
});

document.addEventListener("htmx:after:swap", () => {
  const was = document.body.dataset.focusWas;
  leaving = false;
  if (!table()) return;
  markPending();
  resume();
  const td = activeCell();
  if (td && !table().querySelector("td[tabindex]")) activate(td);
  if (td) reveal(td.cellIndex - 1);
  if (was && document.activeElement === document.body) {
    if (was === "grid") td?.focus();
    else document.getElementById(was)?.focus();
  }
  const added = table().dataset.added;
  if (added && document.activeElement?.id === "add-issue") {
    delete table().dataset.added;
    focus(cellAt({ issue: added, day: dayAt(Number(table().dataset.today ?? 0)) }));
  }
});

/** Go on typing where a swap took the field away. */
function resume() {
  const td = typed && !editing() && cellAt(typed.place);
  if (!td) return;
  edit(td, typed.text);
  editing()?.setSelectionRange(typed.text.length, typed.text.length);
}

window.addEventListener("beforeunload", (event) => {
  if (flights.size) event.preventDefault();
});

if (table()) activate(firstCell());
