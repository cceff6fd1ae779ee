// The grid as a spreadsheet: one cell has the focus, typing replaces, Enter and Tab save and move on.
// The server decides what a typed duration means; this module only carries text to it and shows its answer.
import { returnFocusTo } from "./dialog.js";
import { newestUndo } from "./flags.js";

const AT_ONCE = 3;
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @typedef {{issue: string, col: number}} Place */
/** @typedef {{text: string, was: string, next?: string, status?: number, undo: boolean, key: string}} Flight */
/** @typedef {{issue: string, day: string, text: string, reason: DocumentFragment}} Refusal */

/** @type {Map<string, Flight>} */
const flights = new Map();
/** What was refused, by issue and day: it survives every swap until it is saved or given up.
 * @type {Map<string, Refusal>} */
const refusals = new Map();
/** @type {(() => Promise<void>)[]} */
const waiting = [];
/** @type {{place: Place, text: string}[]} */
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
export const placeOf = (td) => ({ issue: td.parentElement.id.slice(1), col: td.cellIndex - 1 });

/** @param {Place} place
 * @returns {HTMLTableCellElement | null} */
export const cellAt = (place) => document.getElementById(`r${place.issue}`)?.cells[place.col + 1] ?? null;

/** The ISO date of a column: columns are consecutive days.
 * @param {number} col */
export function dayAt(col) {
  const day = new Date(`${table()?.dataset.first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + col);
  return day.toISOString().slice(0, 10);
}

const issueRows = () => [...(table()?.querySelectorAll("tbody tr[id^='r']") ?? [])];
const key = (/** @type {Place} */ place) => `${place.issue}:${place.col}`;
const editing = () => document.querySelector(".cell-input");
const several = (/** @type {HTMLElement} */ td) => td.dataset.n !== undefined;

/** An idempotency key; randomUUID needs a secure context, which loopback over http by name is not.
 * @returns {string} */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function activeCell() {
  return (active && cellAt(active)) ?? firstCell();
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
  if (!refusals.delete(refusalKey(placeOf(td)))) return;
  td.classList.remove("refused");
  td.replaceChildren(td.dataset.was ?? "");
  delete td.dataset.was;
  explain(null);
}

const refusalKey = (/** @type {Place} */ place) => `${place.issue}:${dayAt(place.col)}`;

/** Show beside a refused cell why it was refused, and nothing beside any other.
 * @param {HTMLTableCellElement | null} td */
function explain(td) {
  const box = document.getElementById("cell-problem");
  const refusal = td && refusals.get(refusalKey(placeOf(td)));
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
  refusals.delete(refusalKey(place));
  delete td.dataset.was;
  if (flight) flight.next = text;
  td.classList.remove("refused", "saved");
  td.classList.add("saving");
  td.setAttribute("aria-busy", "true");
  td.replaceChildren(text);
  explain(null);
  if (flight) return;
  flights.set(key(place), { text, was, undo, key: newKey() });
  waiting.push(() => send(place));
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

/** @param {Place} place */
async function send(place) {
  const flight = flights.get(key(place));
  const td = cellAt(place);
  const data = table()?.dataset;
  if (!flight || !td || !data) return;
  await window.htmx.ajax("POST", data.save, {
    source: td,
    target: td,
    swap: "none",
    place,
    values: {
      issue: place.issue,
      day: dayAt(place.col),
      value: flight.text,
      seen: td.dataset.w ?? "",
      key: flight.key,
      first: data.first,
      last: data.last,
      group: data.group,
    },
  });
  settle(place, flight);
}

/** @param {Place} place
 * @param {Flight} flight */
function settle(place, flight) {
  flights.delete(key(place));
  const td = cellAt(place);
  if (!td) return;
  const fine = flight.status !== undefined && flight.status < 400;
  td.removeAttribute("aria-busy");
  td.classList.remove("saving");
  if (fine && flight.next !== undefined && flight.next !== flight.text) {
    save(td, flight.next);
  } else if (fine) {
    td.classList.add("saved");
    if (!flight.undo) done.push({ place, text: flight.was });
  } else {
    refuse(td, flight);
  }
}

/** The text stays where it was typed, with the reason beside it.
 * @param {HTMLTableCellElement} td
 * @param {Flight} flight */
function refuse(td, flight) {
  const box = document.getElementById("cell-problem");
  const reason = document.createDocumentFragment();
  if (flight.status === undefined) reason.append(document.getElementById("offline").content.cloneNode(true));
  else reason.append(...box.cloneNode(true).childNodes);
  const place = placeOf(td);
  refusals.set(refusalKey(place), {
    issue: place.issue,
    day: dayAt(place.col),
    text: flight.next ?? flight.text,
    reason,
  });
  mark(td, flight.status === 409 ? textOf(td) : flight.was);
  if (!editing() && document.activeElement?.closest("#grid, body")) focus(td);
  else explain(td);
}

/** @param {HTMLTableCellElement} td
 * @param {string} was what Jira has */
function mark(td, was) {
  td.dataset.was = was;
  td.replaceChildren(refusals.get(refusalKey(placeOf(td))).text);
  td.classList.add("refused");
}

/** After a swap put what was refused back into the cells that show it. */
function markRefused() {
  for (const { issue, day } of refusals.values()) {
    const row = document.getElementById(`r${issue}`);
    const td = row && [...row.cells].find((cell) => cellOf(cell) && dayAt(cell.cellIndex - 1) === day);
    if (td && !td.classList.contains("refused")) mark(td, textOf(td));
  }
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const flight = ctx.place && flights.get(key(ctx.place));
  if (!flight) return;
  flight.status = ctx.response.status;
  if (flight.status >= 400) {
    ctx.target = document.getElementById("cell-problem");
    ctx.swap = "innerHTML";
  }
});

// Answers may overtake each other: older totals never replace newer ones.
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks } = event.detail;
  const fresh = tasks.map((task) => task.fragment?.querySelector?.("[data-rev]")?.dataset.rev).find(Boolean);
  if (fresh === undefined) return;
  if (Number(fresh) >= revision) {
    revision = Number(fresh);
    return;
  }
  for (let i = tasks.length - 1; i >= 0; i -= 1) {
    if (tasks[i].fragment?.querySelector?.("[data-rev]")) tasks.splice(i, 1);
  }
});

export function undoLast() {
  const last = done.pop();
  const td = last && cellAt(last.place);
  const undo = newestUndo();
  if (undo && (!last || last.text !== "")) {
    undo.click();
  } else if (td) {
    focus(td);
    save(td, last.text, true);
  }
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
    values: { issue: place.issue, day: dayAt(place.col) },
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
  for (const cell of table().querySelectorAll("td.cut")) cell.classList.remove("cut");
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

document.addEventListener("dblclick", (event) => {
  const td = cellOf(event.target);
  if (td && !editing()) edit(td, textOf(td));
});

/* Focus survives every swap */

document.addEventListener("htmx:before:swap", () => {
  const td = cellOf(document.activeElement);
  if (td) active = placeOf(td);
  document.body.dataset.focusWas = td && !editing() ? "grid" : (document.activeElement?.id ?? "");
});

document.addEventListener("htmx:after:swap", () => {
  const was = document.body.dataset.focusWas;
  if (!table()) return;
  markRefused();
  const td = activeCell();
  if (td && !table().querySelector("td[tabindex]")) activate(td);
  if (was && document.activeElement === document.body) {
    if (was === "grid") td?.focus();
    else document.getElementById(was)?.focus();
  }
  const added = table().dataset.added;
  if (added && document.activeElement?.id === "add-issue") {
    delete table().dataset.added;
    focus(cellAt({ issue: added, col: Number(table().dataset.today ?? 0) }));
  }
});

window.addEventListener("beforeunload", (event) => {
  if (flights.size) event.preventDefault();
});

if (table()) activate(firstCell());
