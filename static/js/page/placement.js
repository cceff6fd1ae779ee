// Where a box is beside an element, and a column within its frame, whichever way the language runs.
import { forward, startOf } from "./direction.js";

const GAP = 4;
const MARGIN = 8;

/** Place a box below an element, or above it where there is no room, and within the window.
 * @param {HTMLElement} box one that stays in place when the page scrolls
 * @param {DOMRect} at the element
 * @param {{ atEnd?: boolean, above?: boolean }} [wish] to end where the element does, not to begin there; to be above it if
 *   there is room */
export function placeBeside(box, at, { atEnd = false, above = false } = {}) {
  const { offsetHeight: height, offsetWidth: width } = box;
  const over = at.top - GAP - height;
  const below = at.bottom + GAP + height < window.innerHeight && !(above && over >= 0);
  box.style.insetBlockStart = `${below ? at.bottom + GAP : Math.max(MARGIN, over)}px`;
  const start = startOf(at) + (atEnd ? at.width - width : 0);
  const last = document.documentElement.clientWidth - width - MARGIN;
  box.style.insetInlineStart = `${Math.max(MARGIN, Math.min(start, last))}px`;
}

/** Scroll a frame until an element is in the middle between what stays in place at its start and at its end.
 * @param {HTMLElement} frame
 * @param {HTMLElement} element
 * @param {number} [before] the width of what stays in place
 * @param {number} [after] */
export function bringToMiddle(frame, element, before = 0, after = 0) {
  const [around, at] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
  const middle = around.left + frame.clientLeft + (frame.clientWidth + forward() * (before - after)) / 2;
  frame.scrollLeft += at.left + at.width / 2 - middle;
}
