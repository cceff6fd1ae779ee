// Narrow screens show one day at a time, or all days if a person chose so: buttons and the strip above the grid choose it.
import { all, byId, closest, first, showText } from "../page/elements.js";
import { t } from "../page/language.js";
import { phone } from "../page/phone.js";
import { bringToMiddle } from "../page/placement.js";
import { dayAt, table } from "./cells.js";

const CHOICE = "timesheet-all-days";

/** The day that is shown, to show it again after a swap. */
let day = "";

/** The end of the neighboring days to show once they are there.
 * @type {"first" | "last" | ""} */
let wanted = "";
let from = "";

/** True if all days are shown. The browser remembers it for this device, unless it blocks storage inside frames. */
let whole = remembered();

function remembered() {
  try {
    return window.localStorage.getItem(CHOICE) === "1";
  } catch {
    return false;
  }
}

/** @param {boolean} chosen */
function choose(chosen) {
  whole = chosen;
  try {
    window.localStorage.setItem(CHOICE, chosen ? "1" : "0");
  } catch {
    // The choice lasts as long as the page.
  }
}

/** Show a day. Modules that depend on it listen to the event `grid:day`.
 * @param {number} column */
function show(column) {
  const grid = table();
  if (!grid) return;
  for (const cell of grid.querySelectorAll(".day-shown")) cell.classList.remove("day-shown");
  for (const row of grid.rows) row.cells[column + 1]?.classList.add("day-shown");
  for (const button of all(document, ".day-strip button", HTMLElement)) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.col) === column));
  }
  day = dayAt(column);
  describe(grid, column);
  document.dispatchEvent(new CustomEvent("grid:day"));
}

/** Name the day, with its logged and its expected time as the rows below the issues have them.
 * @param {HTMLTableElement} grid
 * @param {number} column */
function describe(grid, column) {
  const place = byId("day-shown", HTMLElement);
  const logged = byId(`l${column}`, HTMLTableCellElement);
  const next = logged?.parentElement?.nextElementSibling;
  if (!place || !logged || !(next instanceof HTMLTableRowElement)) return;
  const expected = next.cells[column + 1].textContent?.trim() ?? "";
  const spent = logged.textContent?.trim() || (grid.dataset.zero ?? "");
  const sum = /\d/.test(expected) ? t("{spent} of {capacity}", { spent, capacity: expected }) : spent;
  const texts = [grid.tHead?.rows[0].cells[column + 1].title ?? "", sum];
  for (const [index, part] of [...place.children].entries()) showText(part, texts[index]);
}

/** Show the day of a cell that is about to be used.
 * @param {number} column */
export function reveal(column) {
  if (phone.matches && !whole) show(column);
}

/** Return the column of the day that is shown, or null where all days are.
 * @returns {number | null} */
export function shownColumn() {
  const shown = first(document, ".one-day :is(th, td).day-shown", HTMLTableCellElement);
  return shown && shown.cellIndex - 1;
}

/** Return the column to show: the day from before, today, or the first working day.
 * @param {HTMLTableElement} grid
 * @param {HTMLElement} strip */
function columnToShow(grid, strip) {
  const width = Number(grid.dataset.width);
  if (wanted && grid.dataset.first !== from) return wanted === "last" ? width - 1 : 0;
  const days = Array.from({ length: width }, (_, column) => dayAt(column));
  if (days.includes(day)) return days.indexOf(day);
  const [found] = ["button.now", "button:not(.off)", "button"].flatMap((selector) =>
    all(strip, selector, HTMLElement),
  );
  return Number(found?.dataset.col ?? 0);
}

function apply() {
  const grid = table();
  const strip = first(document, ".day-strip", HTMLElement);
  if (!grid || !strip) return;
  grid.classList.toggle("one-day", phone.matches && !whole);
  byId("all-days", HTMLElement)?.setAttribute("aria-pressed", String(whole));
  if (!phone.matches || whole) return;
  show(columnToShow(grid, strip));
  if (grid.dataset.first !== from) wanted = "";
  const shown = first(strip, '[aria-pressed="true"]', HTMLElement);
  // Only the strip is scrolled: the rows below are in a frame that scrolls too.
  if (shown) bringToMiddle(strip, shown);
}

/** Show the next or the previous day, and at an end of these days the neighboring ones.
 * @param {1 | -1} step */
function go(step) {
  const grid = table();
  const column = shownColumn();
  wanted = "";
  if (!grid || column === null) return;
  if (column + step >= 0 && column + step < Number(grid.dataset.width)) {
    show(column + step);
    return;
  }
  wanted = step > 0 ? "first" : "last";
  from = grid.dataset.first ?? "";
  byId(step > 0 ? "go-next" : "go-previous", HTMLButtonElement)?.click();
}

phone.addEventListener("change", apply);
document.addEventListener("htmx:after:swap", apply);
document.addEventListener("sentences:read", apply);
document.addEventListener("click", (event) => {
  const button = closest(event.target, ".day-strip button, .day-bar button", HTMLElement);
  if (button?.id === "day-back") go(-1);
  else if (button?.id === "day-on") go(1);
  else if (button?.id === "all-days") {
    choose(!whole);
    apply();
  } else if (button) show(Number(button.dataset.col));
});
apply();
