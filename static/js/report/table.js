// The table of a report: a fold button shows or hides the rows below its row, a cell opens its worklogs.
import { inReadingOrder } from "../page/direction.js";
import { all, closest, first, the } from "../page/elements.js";
import { queryOf } from "./address.js";

/** Return the chosen report as its form describes it, with more values.
 * @param {Record<string, string>} more
 * @returns {string} */
function query(more) {
  const values = queryOf(the("report-choice", HTMLFormElement));
  for (const [name, value] of Object.entries(more)) values.set(name, value);
  return String(values);
}

/** @param {HTMLTableRowElement} row
 * @returns {number} the row's level, 0 for the outermost */
const levelOf = (row) => Number(/\bl(\d)\b/.exec(row.className)?.[1] ?? 0);

/** Return the rows that are shown below a row.
 * @param {HTMLTableRowElement} row
 * @returns {HTMLTableRowElement[]} */
function below(row) {
  const rows = all(row.parentElement, "tr", HTMLTableRowElement);
  const after = rows.slice(rows.indexOf(row) + 1);
  const end = after.findIndex((other) => levelOf(other) <= levelOf(row));
  return end < 0 ? after : after.slice(0, end);
}

/** @param {HTMLButtonElement} button */
function fold(button) {
  const row = closest(button, "tr", HTMLTableRowElement);
  if (!row) return;
  const opens = button.getAttribute("aria-expanded") !== "true";
  const rows = below(row);
  // They are being read. Another request would show them twice.
  if (!opens && rows.length === 0) return;
  button.setAttribute("aria-expanded", String(opens));
  if (!opens) {
    for (const other of rows) other.hidden = true;
  } else if (rows.length === 0) {
    load(row, { row: row.dataset.row ?? "" }, "afterend");
  } else {
    unfold(row);
  }
}

/** Show the rows below a row again, and those below them whose fold was open.
 * @param {HTMLTableRowElement} row */
function unfold(row) {
  for (const other of below(row)) {
    if (levelOf(other) !== levelOf(row) + 1) continue;
    other.hidden = false;
    if (first(other, ".fold[aria-expanded='true']", HTMLButtonElement)) unfold(other);
  }
}

/** @param {HTMLTableRowElement} row @param {Record<string, string>} values @param {string} swap */
function load(row, values, swap) {
  const address = the("report", HTMLElement).dataset.rows;
  window.htmx.ajax("GET", `${address}?${query(values)}`, { source: row, target: row, swap });
}

/** @param {HTMLTableRowElement} row */
function more(row) {
  const { start, top } = row.dataset;
  load(
    row,
    { start: start ?? "0", ...(top === undefined ? { row: row.dataset.row ?? "" } : {}) },
    "outerHTML",
  );
}

/** @param {HTMLTableCellElement} cell */
function openWorklogs(cell) {
  const row = closest(cell, "tr", HTMLTableRowElement);
  const heads = all(document, "#report-table [data-column]", HTMLElement);
  const column = heads[cell.cellIndex - 1]?.dataset.column;
  if (!row || !column || !cell.textContent) return;
  const values = query(row.dataset.row === undefined ? { column } : { column, row: row.dataset.row });
  const address = the("report", HTMLElement).dataset.worklogs;
  window.htmx.ajax("GET", `${address}?${values}`, { target: "#dialog", swap: "innerHTML" });
}

const CELLS = "#report-table tbody tr:not(.more) > td, #report-table tfoot td";

document.addEventListener("click", (event) => {
  const button = closest(event.target, "#report-table .fold", HTMLButtonElement);
  const row = closest(event.target, "#report-table tr.more", HTMLTableRowElement);
  const cell = closest(event.target, CELLS, HTMLTableCellElement);
  if (button) fold(button);
  else if (row && closest(event.target, "button", HTMLButtonElement)) more(row);
  else if (cell) openWorklogs(cell);
});

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const from = closest(event.target, "#report-table :is(tbody, tfoot) :is(td, th)", HTMLTableCellElement);
  if (!from) return;
  if (event.target === from && event.key === "Enter") {
    event.preventDefault();
    openWorklogs(from);
  } else if (STEPS[inReadingOrder(event.key)]) {
    event.preventDefault();
    step(from, ...STEPS[inReadingOrder(event.key)]);
  }
});

/** Move the focus by rows that are shown, and by columns.
 * @param {HTMLTableCellElement} from @param {number} down @param {number} right */
function step(from, down, right) {
  const rows = all(document, "#report-table :is(tbody, tfoot) tr:not([hidden])", HTMLTableRowElement);
  const row = rows[rows.findIndex((other) => other.contains(from)) + down];
  const cell = row?.cells[Math.min(from.cellIndex + right, row.cells.length - 1)];
  if (!cell) return;
  const goal = cell.querySelector("button, a") ?? cell;
  if (!(goal instanceof HTMLElement)) return;
  if (goal === cell) cell.tabIndex = -1;
  goal.focus();
  // A browser does not scroll to a cell of which a part is in view, beside those that stay at the edge.
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}
