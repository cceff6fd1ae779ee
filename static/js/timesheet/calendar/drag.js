// Dragging in the calendar: move and resize blocks, and create worklogs in empty time.
import { closest } from "../../page/elements.js";
import {
  asInJira,
  blockOf,
  flagClosed,
  hoursOf,
  movedTo,
  openNew,
  putBack,
  save,
  saySaving,
  show,
} from "./blocks.js";
import { calendar, clocks, columnAt, DAY, minuteAt, place, STEP, snap, within } from "./dayplan.js";

/** @typedef {import("./blocks.js").Lift} Lift */

const MOVED_ENOUGH = 4;
const NEW_MINUTES = 60;
const EDGE = 40;

/** @type {{end: (event: PointerEvent | null) => void, move: (event: PointerEvent) => void} | null} */
let drag = null;

/** Cancel a drag. The button is still pressed, and its release would click the block. */
export function cancelDrag() {
  const ending = drag;
  drag = ending && { move() {}, end: swallowClick };
  ending?.end(null);
}

/** End a drag, if there is one.
 * @param {PointerEvent | null} at where it is released, or null to save nothing */
function release(at) {
  const ending = drag;
  drag = null;
  ending?.end(at);
}

/** @param {HTMLElement} block
 * @param {PointerEvent} event */
function startMove(block, event) {
  const start = asInJira(block);
  if (!start) return;
  const grip = closest(event.target, ".grip", Element) !== null;
  const offset = minuteAt(start.column, event.clientY) - start.from;
  let lift = start;
  let moved = false;
  drag = {
    move(at) {
      if (!moved && Math.hypot(at.clientX - event.clientX, at.clientY - event.clientY) < MOVED_ENOUGH) return;
      moved = true;
      if (block.dataset.fixed) return;
      const column = (grip ? null : columnAt(at.clientX)) ?? start.column;
      const minute = minuteAt(column, at.clientY);
      lift = grip ? resized(start, minute) : movedTo(start, column, minute - offset);
      show(lift);
    },
    end(at) {
      if (!moved) return;
      if (block.dataset.fixed) flagClosed(block.dataset.fixed);
      else if (at) save(lift);
      else putBack(block);
      swallowClick();
    },
  };
}

/** @param {Lift} start
 * @param {number} minute
 * @returns {Lift} */
const resized = (start, minute) => ({ ...start, to: within(snap(minute), start.from + STEP, DAY) });

/** Ignore the click at the end of a drag. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  const stop = () => window.removeEventListener("click", swallow, { capture: true });
  window.addEventListener("click", swallow, { capture: true, once: true });
  window.setTimeout(stop);
  // The next press may come before the timer, and its click counts.
  window.addEventListener("pointerdown", stop, { once: true });
}

/** Return the time at a height of a column, rounded down to a step.
 * @param {HTMLElement} column
 * @param {number} y
 * @returns {number} */
const stepAt = (column, y) => Math.floor(minuteAt(column, y) / STEP) * STEP;

/** Offer to log an hour that starts at a minute.
 * @param {HTMLElement} column
 * @param {number} minute */
const offerHour = (column, minute) =>
  openNew(column, Math.min(minute, DAY - STEP), Math.min(minute + NEW_MINUTES, DAY));

/** @param {HTMLElement} column
 * @param {PointerEvent} event */
function startNew(column, event) {
  const start = stepAt(column, event.clientY);
  const outline = document.createElement("div");
  outline.className = "drag-outline";
  let [from, to] = [start, start];
  drag = {
    move(at) {
      const minute = snap(minuteAt(column, at.clientY));
      [from, to] = minute > start ? [start, minute] : [minute, start + STEP];
      if (!outline.isConnected && Math.abs(at.clientY - event.clientY) < MOVED_ENOUGH) return;
      column.append(outline);
      outline.textContent = clocks(from, to);
      place(outline, from, to);
    },
    end(at) {
      const dragged = outline.isConnected;
      outline.remove();
      if (at && dragged) openNew(column, from, to);
      else if (at) offerHour(column, start);
    },
  };
}

// A menu or another window may take the release of a button, so the next event of the pointer ends that drag.
document.addEventListener("pointerdown", (event) => {
  release(null);
  if (event.button !== 0 || closest(event.target, ".suggestion, .block-choice", Element)) return;
  const block = blockOf(event.target);
  const column = hoursOf(event.target);
  if (block?.classList.contains("saving")) {
    saySaving();
    return;
  }
  if (event.pointerType === "touch") return;
  if (block) startMove(block, event);
  else if (column) {
    event.preventDefault();
    startNew(column, event);
  }
});

document.addEventListener("pointermove", (event) => {
  if (!event.buttons) release(null);
  if (!drag) return;
  scrollAtEdge(event);
  drag.move(event);
});

for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
  document.addEventListener(name, (event) => release(name === "pointerup" ? event : null));
}

/** @param {PointerEvent} event */
function scrollAtEdge(event) {
  const frame = calendar();
  if (!frame) return;
  const box = frame.getBoundingClientRect();
  if (event.clientY > box.bottom - EDGE) frame.scrollTop += STEP;
  else if (event.clientY < box.top + EDGE * 2) frame.scrollTop -= STEP;
  if (event.clientX > box.right - EDGE) frame.scrollLeft += STEP;
  else if (event.clientX < box.left + EDGE * 2) frame.scrollLeft -= STEP;
}

// With a mouse, the end of a drag offers new work in empty time; a finger taps instead.
document.addEventListener("click", (event) => {
  const taken = closest(event.target, ".block, .block-choice, .suggestion", Element);
  const column = taken ? null : hoursOf(event.target);
  if (column && event.pointerType === "touch") offerHour(column, stepAt(column, event.clientY));
});
