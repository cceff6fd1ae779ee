// Figures printed in rounded units that open nothing: the exact time in their title can be read with the keyboard. Each table
// has one stop for Tab; the arrows go from figure to figure.
import { inReadingOrder } from "./direction.js";
import { all, closest, first } from "./elements.js";

const FIGURE =
  ".plain td.number[title], .team-grid :is(td.s, tfoot td)[title], .team-grid:not([data-worklogs]) td[title], " +
  ".panel td[title], .preview td[title]";

function offer() {
  for (const table of all(document, "table", HTMLTableElement)) {
    const figure = first(table, FIGURE, HTMLElement);
    if (figure && !first(table, `:is(${FIGURE})[tabindex="0"]`, HTMLElement)) figure.tabIndex = 0;
  }
}

document.addEventListener("htmx:after:swap", offer);
offer();

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const from = event.target;
  if (!(from instanceof HTMLTableCellElement) || !from.matches(FIGURE)) return;
  const key = inReadingOrder(event.key);
  const along = key === "ArrowUp" || key === "ArrowDown";
  const figures = all(closest(from, "table", HTMLTableElement), FIGURE, HTMLTableCellElement).filter(
    (figure) => figure.checkVisibility() && (!along || figure.cellIndex === from.cellIndex),
  );
  const goal = figures[figures.indexOf(from) + (STEPS[key] ?? Number.NaN)];
  if (!goal) return;
  event.preventDefault();
  from.tabIndex = -1;
  goal.tabIndex = 0;
  goal.focus();
});
