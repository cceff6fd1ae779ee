// The levels of a report's rows: their order changes by dragging, or by Alt and an arrow key on the focused one.
import { inReadingOrder } from "../page/direction.js";
import { all, closest, first, the } from "../page/elements.js";

const LEVEL = "#levels .level";

/** @type {HTMLElement | null} */
let dragged = null;

/** @returns {HTMLElement[]} the chosen levels, without the empty one that adds a level */
const levels = () =>
  all(document, LEVEL, HTMLElement).filter((level) => first(level, "select", HTMLSelectElement)?.value);

/** Move a level to another place, and show the report in the new order.
 * @param {HTMLElement} level
 * @param {number} place */
function move(level, place) {
  const chosen = levels().map((one) => first(one, "select", HTMLSelectElement));
  const values = chosen.map((select) => select?.value ?? "");
  const from = levels().indexOf(level);
  if (from < 0 || place < 0 || place >= values.length || place === from) return;
  values.splice(place, 0, ...values.splice(from, 1));
  chosen.forEach((select, at) => {
    if (select) select.value = values[at];
  });
  chosen[place]?.focus();
  the("report-choice", HTMLFormElement).requestSubmit();
}

document.addEventListener("keydown", (event) => {
  const level = closest(event.target, LEVEL, HTMLElement);
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[inReadingOrder(event.key)];
  if (!level || !event.altKey || step === undefined) return;
  event.preventDefault();
  move(level, levels().indexOf(level) + step);
});

document.addEventListener("dragstart", (event) => {
  dragged = closest(event.target, LEVEL, HTMLElement);
  if (dragged && event.dataTransfer) event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  if (dragged && closest(event.target, "#levels", HTMLElement)) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const level = closest(event.target, LEVEL, HTMLElement);
  if (!dragged || !level) return;
  event.preventDefault();
  const place = levels().indexOf(level);
  move(dragged, place < 0 ? levels().length - 1 : place);
});

document.addEventListener("dragend", () => {
  dragged = null;
});
