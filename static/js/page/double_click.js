// Drop the second click of a double click that hits something else than the first one, because the answer to the first one
// removed or replaced what was under the pointer: nobody means to delete the next row as well, or to confirm a question
// before reading it. The same for a key kept pressed, after which the focus has gone to the next item of a list.
import { closest } from "./elements.js";

const CONTROL = "button, a";

/** The control that was clicked last.
 * @type {HTMLElement | null} */
let last = null;
/** True if an answer was inserted since. */
let changed = false;

document.addEventListener("htmx:after:swap", () => {
  changed = true;
});

/** @param {HTMLElement} control
 * @param {HTMLElement} before
 * @returns {boolean} whether a control is the one that was clicked last, or was rendered again in its place */
const isSame = (control, before) => control === before || (control.id !== "" && control.id === before.id);

document.addEventListener(
  "click",
  (event) => {
    // A click of a script says nothing about the hand.
    if (!event.isTrusted) return;
    const control = closest(event.target, CONTROL, HTMLElement);
    if (control && last && changed && event.detail > 1 && !isSame(control, last)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    last = control;
    changed = false;
  },
  true,
);

document.addEventListener(
  "keydown",
  (event) => {
    // A key that is kept pressed would click again and again.
    if (
      event.key === "Enter" &&
      event.repeat &&
      closest(event.target, `[data-each] :is(${CONTROL})`, HTMLElement)
    )
      event.preventDefault();
  },
  true,
);
