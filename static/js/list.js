// The list: a duration is changed in its line, and today stands in view when the days are new.

import { flagProblem } from "./flags.js";

/** @type {string} */
let shown = "";

/** @param {EventTarget | null} target
 * @returns {HTMLInputElement | null} */
const durationOf = (target) =>
  target instanceof HTMLInputElement && target.closest(".line-duration") ? target : null;

/** Forms whose answer is on its way: leaving a line that is just being replaced must not send it again.
 * @type {WeakSet<HTMLFormElement>} */
const sent = new WeakSet();

/** @param {HTMLInputElement} input */
function save(input) {
  if (input.value.trim() === input.dataset.was || sent.has(input.form)) return;
  sent.add(input.form);
  input.form.requestSubmit();
}

document.addEventListener("htmx:error", (event) => {
  const form = event.detail.ctx?.sourceElement;
  if (form?.matches?.(".line-duration"))
    flagProblem(document.getElementById("offline").content.cloneNode(true));
});

document.addEventListener("htmx:finally:request", (event) => sent.delete(event.detail.ctx.sourceElement));

document.addEventListener("keydown", (event) => {
  const input = durationOf(event.target);
  if (!input) return;
  if (event.key === "Enter") {
    event.preventDefault();
    save(input);
  } else if (event.key === "Escape") {
    input.value = input.dataset.was;
    input.removeAttribute("aria-invalid");
    input.closest(".line").querySelector(".line-problem")?.remove();
  }
});

document.addEventListener("focusin", (event) => durationOf(event.target)?.select());

// Leaving a field saves it, but a text that was refused once waits for its owner.
document.addEventListener("focusout", (event) => {
  const input = durationOf(event.target);
  if (input && !input.hasAttribute("aria-invalid")) save(input);
});

function showToday() {
  const frame = document.getElementById("list-frame");
  if (!frame) shown = "";
  if (!frame || frame.dataset.span === shown) return;
  shown = frame.dataset.span;
  const today = frame.querySelector(".list-day.now");
  frame.scrollTop = today ? today.offsetTop - frame.offsetTop : 0;
}

document.addEventListener("htmx:after:swap", showToday);
showToday();
