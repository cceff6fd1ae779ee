// A team's table: a name opens that person's issues, a cell the worklogs behind it; arrows move, Enter opens.

/** @typedef {{ row: HTMLTableRowElement, cell: HTMLTableCellElement, table: HTMLTableElement }} Place */

/** @param {EventTarget | null} target @returns {Place | null} */
function placeOf(target) {
  const cell =
    target instanceof Element
      ? target.closest("#team-grid[data-worklogs] tbody tr[data-person] > td:not(.s)")
      : null;
  return cell ? { cell, row: cell.closest("tr"), table: cell.closest("table") } : null;
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
  field.value = field.value === row.dataset.person ? "" : row.dataset.person;
  document.getElementById("overview-choice").requestSubmit();
}

document.addEventListener("click", (event) => {
  const place = placeOf(event.target);
  if (place) openWorklogs(place);
  const name = event.target.closest?.("#team-grid[data-worklogs] tbody th button");
  if (name) openPerson(name.closest("tr"));
});

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.addEventListener("keydown", (event) => {
  const name = event.target.closest?.("#team-grid tbody th button");
  const place = placeOf(event.target);
  if (place && (event.key === "Enter" || event.key === " ")) {
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
