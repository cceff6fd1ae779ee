// A team's table: a name opens that person's issues, a cell the worklogs behind it; arrows move, Enter opens.

import { center } from "../timesheet/columns.js";

/** @typedef {{ row: HTMLTableRowElement, cell: HTMLTableCellElement, table: HTMLTableElement }} Place */

/** @param {EventTarget | null} target @returns {Place | null} */
function placeOf(target) {
  const cell =
    target instanceof Element ? target.closest("#team-grid[data-worklogs] tbody td:not(.s)") : null;
  const row = cell && ownerOf(cell.closest("tr"));
  return row ? { cell, row, table: cell.closest("table") } : null;
}

/** The row of the person to whom a row of an issue belongs; none where his worklogs are not open to the viewer.
 * @param {HTMLTableRowElement} row
 * @returns {HTMLTableRowElement | null} */
function ownerOf(row) {
  let owner = row;
  while (owner?.classList.contains("issue")) owner = owner.previousElementSibling;
  return owner?.dataset.person === undefined ? null : owner;
}

/** @param {Place} place */
function openWorklogs({ row, cell, table }) {
  const day = new Date(`${table.dataset.first}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() + cell.cellIndex - 1);
  const values = new URLSearchParams({ person: row.dataset.person, day: day.toISOString().slice(0, 10) });
  window.htmx.ajax("GET", `${table.dataset.worklogs}?${values}`, { target: "#dialog", swap: "innerHTML" });
}

/** @param {HTMLTableRowElement} row */
function openPerson(row) {
  const field = document.getElementById("overview-person");
  const table = row.closest("#team-grid");
  const open = table?.dataset.opened === row.dataset.person;
  field.value = open ? "" : row.dataset.person;
  document.getElementById("overview-choice").requestSubmit(document.getElementById("tab-timesheet"));
}

document.addEventListener("click", (event) => {
  const place = placeOf(event.target);
  if (place) openWorklogs(place);
  const name = event.target.closest?.(":is(#team-grid, #people) tr[data-person] > th button");
  if (name) openPerson(name.closest("tr"));
});

/* Other days begin with today in view, and a person who was opened stands in view. */

let shown = "";

function arrange() {
  const table = document.getElementById("team-grid");
  const now = table ? `${table.dataset.first} ${table.dataset.opened}` : "";
  if (now === shown) return;
  const [first, opened] = shown.split(" ");
  shown = now;
  if (!table) return;
  const frame = document.getElementById("team-frame");
  const today = table.querySelector("thead th.now");
  if (table.dataset.first !== first) today ? center(frame, today) : frame.scrollTo({ left: 0 });
  const row = table.dataset.opened && table.dataset.opened !== opened && table.querySelector("tr.open");
  if (row) row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:after:swap", arrange);
arrange();

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.addEventListener("keydown", (event) => {
  const name = event.target.closest?.("#team-grid tbody th button");
  const place = placeOf(event.target);
  if (place && event.target === place.cell && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    openWorklogs(place);
  } else if ((place || name) && STEPS[event.key]) {
    event.preventDefault();
    step(event.target.closest("td, th"), ...STEPS[event.key]);
  }
});

/** Move on by rows and columns; rows of issues are passed over.
 * @param {HTMLTableCellElement} from @param {number} down @param {number} right */
function step(from, down, right) {
  const rows = [...document.querySelectorAll("#team-grid tbody tr[data-person]")];
  const row = rows[rows.indexOf(from.closest("tr")) + down];
  const cell = row?.cells[from.cellIndex + right];
  if (!cell || cell.classList.contains("s")) return;
  const goal = cell.querySelector("button") ?? cell;
  if (goal === cell) cell.tabIndex = -1;
  goal.focus();
}
