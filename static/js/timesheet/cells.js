// The cells of the grid: find the issue and day of a cell, and the cell of an issue and day.
import { all, byId, closest, first, the } from "../page/elements.js";
import { t, tn } from "../page/language.js";
import { requestAside } from "../page/request_aside.js";

/** An issue on a day. The column is the one in which the day was when this was read.
 * @typedef {{issue: string, day: string, col: number}} Place */

export const table = () => byId("grid", HTMLTableElement);

/** Return the grid. Call it only where the grid exists, for example for one of its cells. */
export const grid = () => the("grid", HTMLTableElement);

/** @param {HTMLTableCellElement} td
 * @returns {HTMLTableRowElement} */
export function rowOf(td) {
  const row = closest(td, "tr", HTMLTableRowElement);
  if (!row) throw new Error("this cell is in no row");
  return row;
}

/** Return the header of a cell's column.
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

/** Return the cell of an issue and a day if both are on the screen.
 * @param {{issue: string, day: string}} place
 * @returns {HTMLTableCellElement | null} */
export function cellAt({ issue, day }) {
  const col = (Date.parse(day) - Date.parse(table()?.dataset.first ?? "")) / DAY_MS;
  const cell = col >= 0 ? byId(`r${issue}`, HTMLTableRowElement)?.cells[col + 1] : null;
  return cell ? cellOf(cell) : null;
}

/** Return the ISO date of a column. Columns are consecutive days.
 * @param {number} col */
export function dayAt(col) {
  const day = new Date(`${table()?.dataset.first}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + col);
  return day.toISOString().slice(0, 10);
}

const headsOfDays = () => [...(table()?.tHead?.rows[0].cells ?? [])].slice(1, -1);
const isOff = (/** @type {HTMLTableCellElement | undefined} */ head) =>
  head?.classList.contains("off") ?? false;

/** Return true if a column is that of a day on the screen without work.
 * @param {number} col */
export const isDayOff = (col) => isOff(headsOfDays()[col]);

/** Return the column to start in: today, or else the first working day on the screen.
 * @returns {number} */
export function firstColumn() {
  const heads = headsOfDays();
  const today = heads.findIndex((head) => head.classList.contains("now"));
  const working = heads.findIndex((head) => !isOff(head));
  return Math.max(today >= 0 ? today : working, 0);
}

export const issueRows = () => all(table(), "tbody tr[id^='r']", HTMLTableRowElement);
export const key = (/** @type {Place} */ place) => `${place.issue}:${place.day}`;
export const editing = () => first(document, ".cell-input", HTMLInputElement);
export const several = (/** @type {HTMLElement} */ td) => td.dataset.n !== undefined;

/** Return why a cell cannot be changed (its day is closed, or Jira does not let the person), or an empty text if it can.
 * @param {HTMLTableCellElement} td
 * @returns {string} */
export const closedOf = (td) => reasonFor(td, limitOf(td));

/** Return why a cell cannot be cleared, or an empty text if it can. To delete time is another right than to edit it.
 * @param {HTMLTableCellElement} td
 * @returns {string} */
export const keptOf = (td) => reasonFor(td, limitOf(td, "kept"));

/** Return which limit of its row counts for a cell. Time that is already there can be changed without *Work on issues*.
 * @param {HTMLTableCellElement} td
 * @param {"fixed" | "kept"} [limit] the one of time that is there
 * @returns {"locked" | "fixed" | "kept"} */
export const limitOf = (td, limit = "fixed") => (cellText(td) === "" ? "locked" : limit);

/** @param {HTMLTableCellElement} td
 * @param {"locked" | "fixed" | "kept"} limit
 * @returns {string} */
export const reasonFor = (td, limit) =>
  (td.ariaReadOnly === "true" ? headOf(td)?.dataset.closed : rowOf(td).dataset[limit]) ?? "";

/** Return the cell's text without its marks.
 * @param {HTMLTableCellElement} td */
export const textOf = (td) => td.firstChild?.nodeValue ?? "";

/** Return the cell's value in Jira, even if something else is typed or was refused in it.
 * @param {HTMLTableCellElement} td */
export const cellText = (td) => td.dataset.was ?? textOf(td);

/** Return the worklogs over which the text of a cell is typed. A sheet that is read again may bring others.
 * @param {HTMLTableCellElement} td */
export const seenIn = (td) => td.dataset.seen ?? td.dataset.w ?? "";

/** Keep the worklogs over which a text is typed, so that the server asks before it replaces others.
 * @param {HTMLTableCellElement} td
 * @param {string} seen */
export function keepSeen(td, seen) {
  if (seen !== (td.dataset.w ?? "")) td.dataset.seen = seen;
}

/** Show a text in a cell. If somebody is typing in it, their field stays.
 * @param {HTMLTableCellElement} td
 * @param {string} text
 * @param {boolean} [marks] keep the mark that shows the number of worklogs */
export function setText(td, text, marks = false) {
  for (const node of [...td.childNodes]) if (!isField(node)) node.remove();
  td.prepend(...(text ? [text] : []), ...(marks ? countOf(td) : []));
}

/** @param {Node} node */
const isField = (node) => node instanceof Element && node.matches(".cell-input, .cell-comment");

/** Return the mark that shows how many worklogs a cell contains.
 * @param {HTMLTableCellElement} td
 * @returns {HTMLElement[]} */
function countOf(td) {
  if (!several(td)) return [];
  const [comma, mark, unit] = ["span", "sup", "span"].map((name) => document.createElement(name));
  comma.className = unit.className = "sr-only";
  comma.textContent = ", ";
  unit.textContent = ` ${tn("worklog", "worklogs", Number(td.dataset.n))}`;
  mark.append(td.dataset.n ?? "", unit);
  return [comma, mark];
}

/** Replace a cell by the server's version. If somebody is typing in it, their field stays.
 * @param {HTMLTableCellElement} td
 * @param {HTMLTableCellElement} source */
export function adopt(td, source) {
  for (const name of ["data-w", "data-n"]) {
    const value = source.getAttribute(name);
    if (value === null) td.removeAttribute(name);
    else td.setAttribute(name, value);
  }
  td.className = source.className;
  delete td.dataset.was;
  delete td.dataset.seen;
  for (const node of [...td.childNodes]) if (!isField(node)) node.remove();
  td.prepend(...source.cloneNode(true).childNodes);
}

/** Read the list of a cell's worklogs from the server.
 * @param {HTMLTableCellElement} td
 * @param {boolean} [quiet] say nothing if it cannot be read
 * @returns {Promise<HTMLElement>} what contains the list */
export function readWorklogs(td, quiet = false) {
  const { issue, day } = placeOf(td);
  return readPart(grid().dataset.tip, { issue, day }, quiet);
}

/** Read something from the server that is no part of the page.
 * @param {string} [address]
 * @param {Record<string, string>} [values]
 * @param {boolean} [quiet] say nothing if it cannot be read
 * @returns {Promise<HTMLElement>} what contains it */
export const readPart = (address = "", values = {}, quiet = false) =>
  requestAside("GET", address, { swap: "innerHTML", quiet, values });

/** Return the names of a cell's issue and day.
 * @param {HTMLTableCellElement} td */
export const cellNames = (td) => ({
  issue: rowOf(td).querySelector("th a")?.textContent ?? "",
  day: headOf(td)?.title ?? "",
});

/** Name the cell that the grid's focus is on by its issue, its day, its value, and its state.
 * @param {HTMLTableCellElement} td */
export function nameCell(td) {
  if (td.hasAttribute("tabindex")) td.setAttribute("aria-label", spoken(td));
}

/** @param {HTMLTableCellElement} td
 * @returns {string} */
function spoken(td) {
  const names = { ...cellNames(td), value: td.textContent?.trim() || t("empty") };
  if (td.classList.contains("refused")) return t("{issue}, {day}, {value}, not saved", names);
  if (td.classList.contains("saving")) return t("{issue}, {day}, {value}, being saved", names);
  return closedOf(td) ? t("{issue}, {day}, {value}, locked", names) : t("{issue}, {day}, {value}", names);
}

/** @param {HTMLTableCellElement} td */
export const label = (td) => t("Time on {issue}, {day}", cellNames(td));
