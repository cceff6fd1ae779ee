// The marks of a chart: Tab focuses one of them, and arrows, Home, and End move to the others.
import { inReadingOrder } from "../page/direction.js";
import { all, closest } from "../page/elements.js";

/** Return the mark to which a key leads. In a chart with rows, up and down lead to the same day of another person.
 * @param {SVGGElement} mark
 * @param {string} key
 * @returns {SVGGElement | undefined} */
function destination(mark, key) {
  const chart = closest(mark, ".drawing", HTMLElement);
  const marks = all(chart, ".mark", SVGGElement);
  const row = closest(mark, ".marks-row", SVGGElement);
  const step = row ? all(row, ".mark", SVGGElement).length : 1;
  const at = marks.indexOf(mark);
  const places = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - step,
    ArrowDown: at + step,
    Home: 0,
    End: marks.length - 1,
  };
  const place = /** @type {Record<string, number>} */ (places)[inReadingOrder(key)];
  return place === undefined ? undefined : marks[place];
}

/** Give the focus to a mark; Tab comes back to it.
 * @param {SVGGElement} mark */
function go(mark) {
  for (const other of all(closest(mark, ".drawing", HTMLElement), ".mark[tabindex='0']", SVGGElement))
    other.setAttribute("tabindex", "-1");
  mark.setAttribute("tabindex", "0");
  mark.focus();
  mark.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const mark = closest(event.target, ".drawing .mark", SVGGElement);
  const goal = mark && destination(mark, event.key);
  if (!goal) return;
  event.preventDefault();
  go(goal);
});

document.addEventListener("click", (event) => {
  const mark = closest(event.target, ".drawing .mark", SVGGElement);
  if (mark) go(mark);
});
