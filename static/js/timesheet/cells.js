// The cells of the grid: which issue and day each of them is, and where a cell is now.
import { all, byId, closest, first, the } from "../page/elements.js";

/** An issue on a day; the column is where that day stood when it was looked at.
 * @typedef {{issue: string, day: string, col: number}} Place */

export const table = () => byId("grid", HTMLTableElement);

/** The grid, where there is one for sure: around a cell of it. */
export const grid = () => the("grid", HTMLTableElement);

/** @param {HTMLTableCellElement} td
 * @returns {HTMLTableRowElement} */
export function rowOf(td) {
  const row = closest(td, "tr", HTMLTableRowElement);
  if (!row) throw new Error("this cell is in no row");
  return row;
}

/** The head of the column that a cell is in.
 * @param {HTMLTableCellElement} td
 * @returns {HTMLTableCellElement | undefined} */
const headOf = (td) => grid().tHead?.rows[0].cells[td.cellIndex];

/** @param {EventTarget | null} target
 * @returns {HTMLTableCellElement | null} */
export const cellOf = (target) => closest(target, "#grid tr[id^='r'] > td:not(.s)", HTMLTableCellElement);

/** @param {HTMLTableCellElement} td
 * @returns {Place} */
export const placeOf = (td) => ({
  issue: rowOf(td).id.slice(1),
  day: dayAt(td.cellIndex - 1),
  col: td.cellIndex - 1,
});

const DAY_MS = 86400000;

/** The cell of an issue and a day, if both are on the screen.
 * @param {{issue: string, day: string}} place
 * @returns {HTMLTableCellElement | null} */
export function cellAt({ issue, day }) {
  const col = (Date.parse(day) - Date.parse(table()?.dataset.first ?? "")) / DAY_MS;
  const cell = col >= 0 ? byId(`r${issue}`, HTMLTableRowElement)?.cells[col + 1] : null;
  return cell ? cellOf(cell) : null;
}

/** The ISO date of a column: columns are consecutive days.
 * @param {number} col */
export function dayAt(col) {
  const day = new Date(`${table()?.dataset.first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + col);
  return day.toISOString().slice(0, 10);
}

/** The column to begin in: today, else the first working day on the screen.
 * @returns {number} */
export function firstColumn() {
  const heads = [...(table()?.tHead?.rows[0].cells ?? [])].slice(1, -1);
  const today = heads.findIndex((head) => head.classList.contains("now"));
  const working = heads.findIndex((head) => !head.classList.contains("off"));
  return Math.max(today >= 0 ? today : working, 0);
}

export const issueRows = () => all(table(), "tbody tr[id^='r']", HTMLTableRowElement);
export const key = (/** @type {Place} */ place) => `${place.issue}:${place.day}`;
export const editing = () => first(document, ".cell-input", HTMLInputElement);
export const several = (/** @type {HTMLElement} */ td) => td.dataset.n !== undefined;

/** An idempotency key; randomUUID needs a secure context, which loopback over http by name is not.
 * @returns {string} */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Why a cell cannot change: its day is closed. Empty for a cell that can.
 * @param {HTMLTableCellElement} td
 * @returns {string} */
export const closedOf = (td) => (td.ariaReadOnly === "true" ? (headOf(td)?.dataset.closed ?? "") : "");

/** What the cell holds as text, without marks.
 * @param {HTMLTableCellElement} td */
export const textOf = (td) => td.firstChild?.nodeValue ?? "";

/** What Jira has in a cell, whatever is typed or refused in it.
 * @param {HTMLTableCellElement} td */
export const cellText = (td) => td.dataset.was ?? textOf(td);

/** Let a cell show a text; the field of somebody who is typing in it stays.
 * @param {HTMLTableCellElement} td
 * @param {string} text
 * @param {boolean} [marks] with the mark that tells how many worklogs it holds */
export function setText(td, text, marks = false) {
  for (const node of [...td.childNodes]) if (!isField(node)) node.remove();
  td.prepend(...(text ? [text] : []), ...(marks ? countOf(td) : []));
}

/** @param {Node} node */
const isField = (node) => node instanceof Element && node.matches(".cell-input");

/** The mark that tells how many worklogs a cell holds.
 * @param {HTMLTableCellElement} td
 * @returns {HTMLElement[]} */
function countOf(td) {
  if (!several(td)) return [];
  const [comma, mark, unit] = ["span", "sup", "span"].map((name) => document.createElement(name));
  comma.className = unit.className = "sr-only";
  comma.textContent = ", ";
  unit.textContent = " worklogs";
  mark.append(td.dataset.n ?? "", unit);
  return [comma, mark];
}

/** Make a cell what the server says it is, around the field of somebody who is typing in it.
 * @param {HTMLTableCellElement} td
 * @param {HTMLTableCellElement} given */
export function adopt(td, given) {
  for (const name of ["data-w", "data-n"]) {
    const value = given.getAttribute(name);
    if (value === null) td.removeAttribute(name);
    else td.setAttribute(name, value);
  }
  td.className = given.className;
  delete td.dataset.was;
  for (const node of [...td.childNodes]) if (!isField(node)) node.remove();
  td.prepend(...given.cloneNode(true).childNodes);
}

/** @param {HTMLTableCellElement} td */
export function label(td) {
  const issue = rowOf(td).querySelector("th a")?.textContent ?? "";
  const day = headOf(td)?.title ?? "";
  return `Time on ${issue}, ${day}`;
}
