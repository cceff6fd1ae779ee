// A team's table: a name opens the person's issues, a cell opens its worklogs. Arrows move, Enter opens.

import { inReadingOrder } from "../page/direction.js";
import { all, byId, closest, first, the } from "../page/elements.js";
import { center } from "../timesheet/columns.js";

/** @typedef {{ row: HTMLTableRowElement, cell: HTMLTableCellElement, table: HTMLTableElement }} Place */

/** @param {EventTarget | null} target @returns {Place | null} */
function placeOf(target) {
  const cell = closest(target, "#team-grid[data-worklogs] tbody td:not(.s)", HTMLTableCellElement);
  const row = ownerOf(closest(cell, "tr", HTMLTableRowElement));
  const table = closest(cell, "table", HTMLTableElement);
  return cell && row && table ? { cell, row, table } : null;
}

/** Return the row of the person to whom an issue's row belongs, or none if the viewer may not see their worklogs.
 * @param {HTMLTableRowElement | null} row
 * @returns {HTMLTableRowElement | null} */
function ownerOf(row) {
  /** @type {Element | null} */
  let owner = row;
  while (owner?.classList.contains("issue")) owner = owner.previousElementSibling;
  return owner instanceof HTMLTableRowElement && owner.dataset.person !== undefined ? owner : null;
}

/** @param {Place} place */
function openWorklogs({ row, cell, table }) {
  const day = new Date(`${table.dataset.first}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + cell.cellIndex - 1);
  const values = new URLSearchParams({
    person: row.dataset.person ?? "",
    day: day.toISOString().slice(0, 10),
  });
  window.htmx.ajax("GET", `${table.dataset.worklogs}?${values}`, { target: "#dialog", swap: "innerHTML" });
}

/** @param {HTMLTableRowElement} row */
function openPerson(row) {
  const table = closest(row, "#team-grid", HTMLTableElement);
  const open = table?.dataset.opened === row.dataset.person;
  the("overview-person", HTMLInputElement).value = open ? "" : (row.dataset.person ?? "");
  the("overview-choice", HTMLFormElement).requestSubmit(document.getElementById("tab-timesheet"));
}

document.addEventListener("click", (event) => {
  const place = placeOf(event.target);
  if (place) openWorklogs(place);
  const name = closest(event.target, ":is(#team-grid, #people) tr[data-person] > th button", HTMLElement);
  const row = closest(name, "tr", HTMLTableRowElement);
  if (row) openPerson(row);
});

/* Scroll today into view when other days are shown, and a person when they are opened. */

let lastView = "";

function arrange() {
  const table = byId("team-grid", HTMLTableElement);
  const now = table ? `${table.dataset.first} ${table.dataset.opened}` : "";
  if (now === lastView) return;
  const [start, opened] = lastView.split(" ");
  lastView = now;
  if (!table) return;
  const frame = the("team-frame", HTMLElement);
  const today = first(table, "thead th.now", HTMLElement);
  if (table.dataset.first !== start) today ? center(frame, today) : frame.scrollTo({ left: 0 });
  const row = table.dataset.opened && table.dataset.opened !== opened && table.querySelector("tr.open");
  if (row) row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:after:swap", arrange);
arrange();

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.addEventListener("keydown", (event) => {
  const name = closest(event.target, "#team-grid tbody th button", HTMLElement);
  const place = placeOf(event.target);
  if (place && event.target === place.cell && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    openWorklogs(place);
  } else if ((place || name) && STEPS[inReadingOrder(event.key)]) {
    event.preventDefault();
    const from = closest(event.target, "td, th", HTMLTableCellElement);
    if (from) step(from, ...STEPS[inReadingOrder(event.key)]);
  }
});

/** Move the focus by rows and columns, skipping rows of issues.
 * @param {HTMLTableCellElement} from @param {number} down @param {number} right */
function step(from, down, right) {
  const rows = all(document, "#team-grid tbody tr[data-person]", HTMLTableRowElement);
  const row = rows[rows.findIndex((other) => other.contains(from)) + down];
  const cell = row?.cells[from.cellIndex + right];
  if (!cell || cell.classList.contains("s")) return;
  const goal = cell.querySelector("button") ?? cell;
  if (goal === cell) cell.tabIndex = -1;
  goal.focus();
}
