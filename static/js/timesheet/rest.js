// Days with more worklogs than are shown: the focus goes on to the first of the others, and paper has all of them.
import { all, closest, first, the } from "../page/elements.js";
import { whenHere } from "../page/here.js";

/** The day whose other worklogs are asked for, and how many it shows until then.
 * @type {{ id: string, count: number } | null} */
let opened = null;
/** True while all worklogs are being read to print them. */
let printing = false;

/** @param {ParentNode | null} day */
const shownOn = (day) => all(day, ".line, .block", HTMLElement);

document.addEventListener("click", (event) => {
  const day = closest(
    closest(event.target, "[data-rest]", HTMLElement),
    ".list-day, .calendar-day",
    HTMLElement,
  );
  if (day) opened = { id: day.id, count: shownOn(day).length };
});

document.addEventListener("print-asked", (event) => {
  if (!first(document, "[data-rest]", HTMLElement)) return;
  event.preventDefault();
  printing = true;
  the("show-all", HTMLButtonElement).click();
});

document.addEventListener("htmx:after:swap", () => {
  if (first(document, `#${opened?.id} [data-rest]`, HTMLElement)) return;
  if (printing) window.setTimeout(() => window.print());
  printing = false;
  const next = opened && shownOn(document.getElementById(opened.id))[opened.count];
  opened = null;
  // Who chose all of a day keeps its box.
  if (!next || document.activeElement !== document.body) return;
  const target = next.matches(".block") ? next : first(next, "input, a, button", HTMLElement);
  whenHere(() => target?.focus());
});

document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.sourceElement?.id !== "sheet-choice") return;
  opened = null;
  printing = false;
});
