// What is wider than its frame: a shadow at an edge tells that there is more, and today comes into view.
import { reveal } from "./narrow.js";

const FRAMES = ".grid-frame, .calendar, .scroll";

/** @param {HTMLElement} frame */
function markEdges(frame) {
  const more = frame.scrollWidth - frame.clientWidth;
  const at = Math.abs(frame.scrollLeft);
  frame.classList.toggle("more-before", more > 1 && at > 1);
  frame.classList.toggle("more-after", at < more - 1);
  frame.style.setProperty("--bar", `${frame.offsetWidth - frame.clientWidth}px`);
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) markEdges(target.closest(FRAMES) ?? target);
});

/** Also when the frame, or what is in it, gets another size. */
function markAll() {
  for (const frame of document.querySelectorAll(FRAMES)) {
    markEdges(frame);
    for (const part of [frame, ...frame.children]) sizes.observe(part);
  }
}

document.addEventListener(
  "scroll",
  (event) => {
    if (event.target instanceof Element && event.target.matches(FRAMES)) markEdges(event.target);
  },
  { capture: true, passive: true },
);

/** The days on the screen, to tell others from the same ones read again.
 * @type {string} */
let shown = "";

/** True when the person asked for today: it comes into view even where the same days come back. */
let wanted = false;

/** Put today's column in the middle of what the outer columns leave free.
 * @param {HTMLElement} frame
 * @param {HTMLElement} head */
export function center(frame, head) {
  const row = head.parentElement;
  const before = row.firstElementChild.offsetWidth;
  const after = row.lastElementChild.offsetWidth;
  const free = frame.clientWidth - before - after;
  frame.scrollLeft = head.offsetLeft - before - (free - head.offsetWidth) / 2;
}

/** @param {boolean} asked */
function showToday(asked) {
  const table = document.getElementById("grid");
  if (!table) {
    shown = "";
    return;
  }
  const days = `${table.dataset.first} ${table.dataset.width}`;
  const other = days !== shown;
  shown = days;
  const head = table.tHead.querySelector("th.now");
  if (!head || !(asked || other)) return;
  if (asked) reveal(head.cellIndex - 1);
  // A cell that has the focus stays in view, unless somebody asked for today.
  if (asked || !document.activeElement?.closest("#grid td")) center(table.closest(".grid-frame"), head);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.('[data-key="today"]')) return;
  wanted = true;
  showToday(true);
});

document.addEventListener("htmx:after:swap", () => {
  markAll();
  showToday(wanted);
  if (document.querySelector("#grid, #list-frame, #calendar")) wanted = false;
  markAll();
});

showToday(false);
markAll();
