// Narrow screens show one day at a time: the strip above the grid chooses the column.
import { all, byId, closest } from "../page/elements.js";

const narrow = window.matchMedia("(max-width: 640px)");

/** @param {number} column */
function show(column) {
  const table = byId("grid", HTMLTableElement);
  if (!table) return;
  for (const cell of table.querySelectorAll(".day-shown")) cell.classList.remove("day-shown");
  for (const row of table.rows) row.cells[column + 1]?.classList.add("day-shown");
  for (const button of all(document, ".day-strip button", HTMLElement)) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.col) === column));
  }
  table.dataset.shown = String(column);
}

/** Show the day on which something is about to happen.
 * @param {number} column */
export function reveal(column) {
  if (narrow.matches) show(column);
}

function apply() {
  const table = document.getElementById("grid");
  const strip = document.querySelector(".day-strip");
  if (!table || !strip) return;
  table.classList.toggle("one-day", narrow.matches);
  if (!narrow.matches) return;
  const [today] = ["button.now", "button:not(.off)", "button"].flatMap((selector) =>
    all(strip, selector, HTMLElement),
  );
  show(Number(table.dataset.shown ?? today?.dataset.col ?? 0));
  strip.querySelector('[aria-pressed="true"]')?.scrollIntoView({ inline: "center", block: "nearest" });
}

narrow.addEventListener("change", apply);
document.addEventListener("htmx:after:swap", apply);
document.addEventListener("click", (event) => {
  const button = closest(event.target, ".day-strip button", HTMLElement);
  if (button) show(Number(button.dataset.col));
});
apply();
