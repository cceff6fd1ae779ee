// Drop the second click of a double click that hits something else than the first one, because the answer to the first one
// removed or replaced what was under the pointer: nobody means to delete the next row as well, or to confirm a question
// before reading it. The same for two presses of a key after which the focus has gone to the next item of a list.
import { closest } from "./elements.js";

/** Within this time, a second press of a key in a list counts as the same one. */
const DOUBLE_MS = 500;
const CONTROL = "button, a";
const LIST = "[data-each]";

/** A click: the control, the time, and whether the control was in a list.
 * @typedef {{ control: HTMLElement, at: number, listed: boolean }} Click */

/** @type {Click | null} */
let last = null;
/** True if an answer was inserted since. */
let changed = false;

document.addEventListener("htmx:after:swap", () => {
  changed = true;
});

/** @param {Element} control */
const isListed = (control) => control.closest(LIST) !== null;

/** @param {HTMLElement} control
 * @param {Click} before
 * @returns {boolean} whether a control is the one that was clicked last, or was rendered again in its place */
const isSame = (control, before) =>
  control === before.control || (control.id !== "" && control.id === before.control.id);

/** @param {MouseEvent} event
 * @param {HTMLElement} control
 * @param {Click} before
 * @returns {boolean} whether a click belongs to the one before it */
function isSecond(event, control, before) {
  if (event.detail) return event.detail > 1;
  return event.timeStamp - before.at < DOUBLE_MS && before.listed && isListed(control);
}

document.addEventListener(
  "click",
  (event) => {
    if (!event.isTrusted) return;
    const control = closest(event.target, CONTROL, HTMLElement);
    if (control && last && changed && !isSame(control, last) && isSecond(event, control, last)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      last.at = event.timeStamp;
      return;
    }
    last = control && { control, at: event.timeStamp, listed: isListed(control) };
    changed = false;
  },
  true,
);

document.addEventListener(
  "keydown",
  (event) => {
    // Whoever goes to another control by a key means that one.
    if (event.key !== "Enter" && event.key !== " ") last = null;
    // A key that is kept pressed clicks again and again.
    else if (event.repeat && closest(event.target, `${LIST} :is(${CONTROL})`, HTMLElement))
      event.preventDefault();
  },
  true,
);
