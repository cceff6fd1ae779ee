// The focused cell, and the block of cells selected from it.
import { all, closest } from "../page/elements.js";
import { addKeys } from "../page/keys.js";
import {
  cellAt,
  cellOf,
  dayAt,
  firstColumn,
  grid,
  issueRows,
  nameCell,
  placeOf,
  rowOf,
  table,
} from "./cells.js";
import { reveal, shownColumn } from "./narrow.js";

/** @typedef {import("./cells.js").Place} Place */

/** The rows that stay on the screen while the others scroll: the head, and those below the issues. */
const FIXED_ROWS = 6;

/** The fewest days that a sheet of a month has. */
const SHORTEST_MONTH = 28;

/** @type {Place | null} */
let active = null;
/** The number of days of the sheet when the active cell was chosen, and of the rows above it. */
let days = 0;
let above = 0;
/** @type {Place | null} */
let anchor = null;
/** The column in which a row of steps by Tab began, until the focus goes another way.
 * @type {number | null} */
let began = null;

export function activeCell() {
  return (active && (cellAt(active) ?? cellInstead(active) ?? cellBeside(active))) ?? firstCell();
}

/** Return the cell in the same row to go on in when other days are shown: in the same column, as on other weeks, but
 * on today if the days are not as many, as a column of a week is any day of a month.
 * @param {Place} place */
function cellInstead({ issue, col }) {
  const now = width();
  const same = now === days || Math.min(now, days) >= SHORTEST_MONTH;
  return cellAt({ issue, day: dayAt(same ? Math.min(col, now - 1) : firstColumn()) });
}

/** Return the cell of the same day in the row that took the place of one that is gone, or in the last row.
 * @param {Place} place */
function cellBeside({ day }) {
  const rows = issueRows();
  const row = rows[Math.min(above, rows.length - 1)];
  return row ? cellAt({ issue: row.id.slice(1), day }) : null;
}

/** Return how many days the sheet has. */
const width = () => Number(grid().dataset.width);

function firstCell() {
  const row = issueRows()[0];
  return row?.cells[firstColumn() + 1] ?? null;
}

/** @param {HTMLTableCellElement | null | undefined} td */
export function activate(td) {
  if (!td) return;
  for (const other of all(table(), "td[tabindex]", HTMLElement)) {
    other.removeAttribute("tabindex");
    other.removeAttribute("aria-label");
  }
  td.tabIndex = 0;
  nameCell(td);
  remember(placeOf(td));
}

/** Make a cell the active one, and the end of the selection if ``extend``.
 * @param {HTMLTableCellElement} td
 * @param {boolean} extend */
function choose(td, extend) {
  began = null;
  anchor = extend ? (anchor ?? active) : null;
  activate(td);
  reveal(td.cellIndex - 1);
  select();
}

/** @param {HTMLTableCellElement} td */
const sayFocused = (td) => document.dispatchEvent(new CustomEvent("grid:focus", { detail: td }));

/** Focus a cell. Modules that show something about the focused cell listen to the event `grid:focus`.
 * @param {HTMLTableCellElement | null | undefined} td
 * @param {boolean} [extend] */
export function focus(td, extend = false) {
  if (!td) return;
  choose(td, extend);
  td.focus();
  td.scrollIntoView({ block: "nearest", inline: "nearest" });
  sayFocused(td);
}

/** Focus a cell that is pressed. Nothing scrolls: the rest of the click would meet another row.
 * @param {HTMLTableCellElement} td
 * @param {boolean} extend */
export function press(td, extend) {
  choose(td, extend);
  td.focus({ preventScroll: true });
  sayFocused(td);
}

/** Focus the cell to which Tab leads.
 * @param {HTMLTableCellElement} from
 * @param {HTMLTableCellElement | null | undefined} to */
export function focusByTab(from, to) {
  const column = began ?? placeOf(from).col;
  focus(to);
  began = column;
}

/** Return the cell to which Enter leads: the one below or, after Tab, the one in the next row where Tab began.
 * @param {HTMLTableCellElement} td */
export const afterEnter = (td) => neighbor(td, 1, began === null ? 0 : began - placeOf(td).col);

document.addEventListener("sentences:read", () => {
  const td = table() && activeCell();
  if (td) nameCell(td);
});

document.addEventListener("focusin", ({ target }) => {
  if (!cellOf(target)) began = null;
});

/** Return the selected cells, from the anchor to the active cell, row by row; on narrow screens only those of the day that
 * is shown, so that nobody clears or copies what they do not see.
 * @returns {HTMLTableCellElement[][]} */
export function block() {
  if (!active) return [];
  const rows = issueRows();
  const from = anchor ?? active;
  const [r1, r2] = [from, active]
    .map((place) => rows.findIndex((row) => row.id === `r${place.issue}`))
    .sort((a, b) => a - b);
  const shown = anchor && shownColumn();
  const [c1, c2] = shown === null ? [from.col, active.col].sort((a, b) => a - b) : [shown, shown];
  return rows.slice(Math.max(r1, 0), r2 + 1).map((row) => [...row.cells].slice(c1 + 1, c2 + 2));
}

function select() {
  for (const td of all(table(), "[aria-selected]", HTMLElement)) td.removeAttribute("aria-selected");
  if (anchor) for (const td of block().flat()) td.setAttribute("aria-selected", "true");
}

/** Mark the selected cells again after a swap. If one of its corners is no longer on the screen, nothing is selected. */
export function selectAgain() {
  const [from, to] = [anchor, active].map((place) => place && cellAt(place));
  anchor = from && to ? placeOf(from) : null;
  if (anchor && to) active = placeOf(to);
  select();
}

/** @param {HTMLTableCellElement} td
 * @param {number} down
 * @param {number} right */
export function neighbor(td, down, right) {
  const rows = issueRows();
  const row = rows[rows.indexOf(rowOf(td)) + down];
  const next = row?.cells[td.cellIndex + right];
  return next && cellOf(next);
}

/** Return the next or the previous cell in reading order. */
export function nextInOrder(/** @type {HTMLTableCellElement} */ td, /** @type {number} */ step) {
  const cells = issueRows().flatMap((row) => [...row.cells].filter((cell) => cellOf(cell)));
  return cells[cells.indexOf(td) + step];
}

/** @param {HTMLTableCellElement} td
 * @param {[number, number]} move */
export function edge(td, [down, right]) {
  const rows = issueRows();
  return down ? rows[down > 0 ? rows.length - 1 : 0].cells[td.cellIndex] : endOfRow(td, right);
}

/** Return the first or last cell of the row of a cell, or of all rows.
 * @param {HTMLTableCellElement} td
 * @param {number} direction
 * @param {boolean} [whole] of all rows */
export function endOfRow(td, direction, whole = false) {
  const rows = whole ? issueRows() : [rowOf(td)];
  return direction > 0 ? rows[rows.length - 1].cells[Number(grid().dataset.width)] : rows[0].cells[1];
}

/** Return the cell that is as many rows away as the frame shows, or in the first or last row.
 * @param {HTMLTableCellElement} td
 * @param {number} direction */
export function pageAway(td, direction) {
  const rows = issueRows();
  const shown = Math.floor((closest(td, "#grid-frame", HTMLElement)?.clientHeight ?? 0) / td.offsetHeight);
  const at = rows.indexOf(rowOf(td)) + direction * Math.max(shown - FIXED_ROWS, 1);
  return rows[Math.min(Math.max(at, 0), rows.length - 1)].cells[td.cellIndex];
}

/** Select all cells; on narrow screens, those of the day that is shown.
 * @param {HTMLTableCellElement} td the one with the focus */
export function selectAll(td) {
  const column = shownColumn();
  const [from, to] =
    column === null
      ? [endOfRow(td, -1, true), endOfRow(td, 1, true)]
      : [-1, 1].map((down) => edge(issueRows()[0].cells[column + 1], [down, 0]));
  focus(to);
  focus(from, true);
}

/** Remember the focused cell before a swap removes it.
 * @param {Place} place */
export function remember(place) {
  active = place;
  days = width();
  above = issueRows().findIndex((row) => row.id === `r${place.issue}`);
}

document.addEventListener("grid:day", select);

addKeys({ g: () => activeCell()?.focus() });
