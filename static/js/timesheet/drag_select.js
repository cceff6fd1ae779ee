// Select a block of cells by dragging with the mouse. Beyond the cells, the block grows by one cell after the other.
import { forward } from "../page/direction.js";
import { cellOf, table } from "./cells.js";
import { activeCell, focus, neighbor } from "./focus.js";
import { shownColumn } from "./narrow.js";

const STEP_MS = 60;
const MAIN_BUTTON = 1;

/** The pointer that drags: where it is, and what lets the block grow again.
 * @type {{id: number, x: number, y: number, timer: number} | null} */
let drag = null;

/** Begin at the focused cell. A finger scrolls instead.
 * @param {PointerEvent} event */
export function beginDrag({ pointerId, pointerType, clientX, clientY }) {
  end();
  if (pointerType !== "touch") drag = { id: pointerId, x: clientX, y: clientY, timer: 0 };
}

function end() {
  window.clearTimeout(drag?.timer);
  drag = null;
}

/** @param {number} at
 * @param {number} from
 * @param {number} to
 * @returns {number} -1 before the range, 1 after it, 0 inside */
const beyond = (at, from, to) => Number(at > to) - Number(at < from);

/** Return the next cell toward a pointer that is not on a cell, if it does not lead past the pointer, as between two
 * groups of rows.
 * @param {HTMLTableCellElement} from
 * @param {number} x
 * @param {number} y */
function toward(from, x, y) {
  const { left, right, top, bottom } = from.getBoundingClientRect();
  const down = beyond(y, top, bottom);
  const across = shownColumn() === null ? beyond(x, left, right) * forward() : 0;
  const below = down ? neighbor(from, down, 0) : null;
  const box = below?.getBoundingClientRect();
  const vertical = box && (down > 0 ? box.top <= y : box.bottom >= y) ? down : 0;
  return neighbor(from, vertical, across) ?? (vertical ? below : null);
}

function extend() {
  const active = activeCell();
  if (!drag || !active) return;
  const { x, y } = drag;
  window.clearTimeout(drag.timer);
  const under = cellOf(document.elementFromPoint(x, y));
  const next = under ?? toward(active, x, y);
  if (!next || next === active) return;
  table()?.setPointerCapture(drag.id);
  focus(next, true);
  if (!under) drag.timer = window.setTimeout(extend, STEP_MS);
}

document.addEventListener("pointermove", ({ pointerId, buttons, clientX, clientY }) => {
  if (pointerId !== drag?.id) return;
  if (!(buttons & MAIN_BUTTON)) {
    end();
    return;
  }
  drag.x = clientX;
  drag.y = clientY;
  extend();
});

for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, end);
