// The first link of a page leads past its bar: to the current cell of a grid, or to the first control after the bar.
import { all, closest, first, the } from "./elements.js";

const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** @returns {HTMLElement} */
function destination() {
  const main = the("main", HTMLElement);
  const bar = first(main, ".bar", HTMLElement);
  const follows = (/** @type {HTMLElement} */ one) =>
    !bar || (!bar.contains(one) && bar.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  const after = all(main, CONTROLS, HTMLElement).filter(
    (one) => follows(one) && one.checkVisibility() && !one.matches(":disabled, [tabindex='-1']"),
  );
  return after.find((one) => one.matches("[role='grid'] [tabindex='0']")) ?? after[0] ?? main;
}

document.addEventListener("click", (event) => {
  if (!closest(event.target, ".skip", HTMLElement)) return;
  event.preventDefault();
  destination().focus();
});
