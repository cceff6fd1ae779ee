// The calendar: columns of hours. Blocks are placed after every swap, and the line of the current time every minute.
import { forward, startOf } from "../../page/direction.js";
import { all, closest, first } from "../../page/elements.js";
import { blocksIn, columnOf, rememberTime } from "./blocks.js";
import { calendar, columns, DAY, now, place, STEP } from "./dayplan.js";
import "./drag.js";
import { keepLifted } from "./keys.js";

const FIRST_HOUR_SHOWN = 8;
const EARLY = 6 * 60;

let lastSpan = "";

function arrange() {
  const frame = calendar();
  if (!frame) {
    lastSpan = "";
    return;
  }
  for (const element of all(frame, "[data-from]", HTMLElement)) {
    if (element.matches(".lifted, .saving")) continue;
    place(element, Number(element.dataset.from), Number(element.dataset.to));
    rememberTime(element);
  }
  frame.classList.add("arranged");
  markNow();
  const { span = "" } = frame.dataset;
  if (span !== lastSpan) {
    lastSpan = span;
    showWork(frame);
  }
  keepLifted();
}

/** Scroll the working hours and today into view.
 * @param {HTMLElement} frame */
function showWork(frame) {
  const starts = blocksIn(frame).map((block) => Number(block.dataset.from));
  const byDay = starts.filter((start) => start >= EARLY);
  const earliest = Math.min(FIRST_HOUR_SHOWN * 60, ...(byDay.length ? byDay : starts));
  frame.scrollTop = (columns()[0].offsetHeight * Math.max(earliest - STEP, 0)) / DAY;
  const today = first(frame, ".calendar-day.now", HTMLElement);
  frame.scrollLeft = 0;
  if (today) {
    const [around, at] = [frame, today].map((part) => startOf(part.getBoundingClientRect()));
    const hours = first(frame, ".hours", HTMLElement)?.offsetWidth ?? 0;
    frame.scrollLeft = forward() * (at - around - hours);
  }
}

function markNow() {
  const frame = calendar();
  if (!frame) return;
  frame.querySelector(".now-line")?.remove();
  const time = now(frame.dataset.zone);
  if (!time) return;
  const line = document.createElement("div");
  line.className = "now-line";
  line.style.insetBlockStart = `${(time.minute / DAY) * 100}%`;
  columnOf(time.day)?.append(line);
}

document.addEventListener("click", (event) => {
  if (closest(event.target, '[data-key="today"]', HTMLElement)) lastSpan = "";
});
document.addEventListener("htmx:after:swap", arrange);
window.setInterval(markNow, 60_000);
arrange();
