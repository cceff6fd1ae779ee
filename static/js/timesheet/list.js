// The list: a duration is changed in its line, and today stands in view when the days are new.

import { flagProblem } from "../page/flags.js";

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
  // Days before today stay in view where today has room below them.
  const whole = !today || today.offsetTop + today.offsetHeight <= frame.clientHeight;
  frame.scrollTop = whole ? 0 : startNear(frame, today);
}

/** Where to begin so that today is in view and no line is cut off: at its head, or at a line below the head of the
 * day before, where the list is too short to begin with today.
 * @param {HTMLElement} frame
 * @param {HTMLElement} today
 * @returns {number} */
function startNear(frame, today) {
  const most = Math.min(today.offsetTop, frame.scrollHeight - frame.clientHeight);
  const head = today.querySelector(".list-head").offsetHeight;
  const starts = [...frame.querySelectorAll(".list-day, .line")].map((part) =>
    part.matches(".line") ? part.offsetTop - head : part.offsetTop,
  );
  return Math.max(0, ...starts.filter((start) => start <= most));
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.('[data-key="today"]')) shown = "";
});

document.addEventListener("htmx:after:swap", showToday);
showToday();
