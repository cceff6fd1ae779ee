// Show with a shadow at an edge that there is more to scroll to, and scroll today into view.
import { all, byId, closest, first } from "../page/elements.js";
import { bringToMiddle } from "../page/placement.js";
import { reveal } from "./narrow.js";

const FRAMES =
  ".grid-frame, .calendar, .scroll, .panel-scroll, .copy-table, .sections, .filters, .tap-choice";

/** @param {HTMLElement} frame */
function markEdges(frame) {
  const more = frame.scrollWidth - frame.clientWidth;
  const at = Math.abs(frame.scrollLeft);
  frame.classList.toggle("more-before", more > 1 && at > 1);
  frame.classList.toggle("more-after", at < more - 1);
  frame.style.setProperty("--bar", `${frame.offsetWidth - frame.clientWidth}px`);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const frame = closest(target, FRAMES, HTMLElement);
    if (frame) markEdges(frame);
  }
});

/** Update the shadows, now and whenever a frame or its content changes size. */
function markAll() {
  for (const frame of all(document, FRAMES, HTMLElement)) {
    markEdges(frame);
    for (const part of [frame, ...frame.children]) sizes.observe(part);
  }
}

document.addEventListener(
  "scroll",
  (event) => {
    if (event.target instanceof HTMLElement && event.target.matches(FRAMES)) markEdges(event.target);
  },
  { capture: true, passive: true },
);

/** The days on the screen, to detect whether a swap brought other days or the same ones.
 * @type {string} */
let lastDays = "";

/** True if the person pressed Today: today is then scrolled into view even if the same days come back. */
let todayRequested = false;

/** Scroll today's column to the middle of the space between the fixed columns.
 * @param {HTMLElement} frame
 * @param {HTMLElement} head */
export function center(frame, head) {
  const [before, after] = [":first-child", ":last-child"].map(
    (end) => first(head.parentElement, `:scope > ${end}`, HTMLElement)?.offsetWidth ?? 0,
  );
  bringToMiddle(frame, head, before, after);
}

/** @param {boolean} requested */
function showToday(requested) {
  const table = byId("grid", HTMLTableElement);
  if (!table) {
    lastDays = "";
    return;
  }
  const days = `${table.dataset.first} ${table.dataset.width}`;
  const other = days !== lastDays;
  lastDays = days;
  const head = first(table.tHead, "th.now", HTMLTableCellElement);
  if (!head || !(requested || other)) return;
  if (requested) reveal(head.cellIndex - 1);
  // A focused cell stays in view unless the person pressed Today.
  const frame = closest(table, ".grid-frame", HTMLElement);
  if (frame && (requested || !document.activeElement?.closest("#grid td"))) center(frame, head);
}

// On a phone, the day that was shown alone is in view among all days too.
document.addEventListener("click", (event) => {
  const head = first(document, "#grid th.day-shown", HTMLTableCellElement);
  const frame = closest(head, ".grid-frame", HTMLElement);
  if (head && frame && closest(event.target, "#all-days", HTMLElement)) center(frame, head);
});

document.addEventListener("click", (event) => {
  if (!closest(event.target, '[data-key="today"]', HTMLElement)) return;
  todayRequested = true;
  showToday(true);
});

document.addEventListener("htmx:after:swap", () => {
  markAll();
  showToday(todayRequested);
  if (document.querySelector("#grid, #list-frame, #calendar")) todayRequested = false;
  markAll();
});

showToday(false);
markAll();
