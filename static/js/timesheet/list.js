// The list: edit a duration in its line, and scroll today into view when other days are shown.

import { all, closest, first } from "../page/elements.js";

/** @type {string} */
let lastSpan = "";

/** @param {EventTarget | null} target
 * @returns {HTMLInputElement | null} */
const durationOf = (target) =>
  target instanceof HTMLInputElement && closest(target, ".line-duration", HTMLElement) ? target : null;

/** Forms with a request in progress. Replacing a line blurs its field, which must not send the form again.
 * @type {WeakSet<Element>} */
const sent = new WeakSet();

/** @param {HTMLInputElement} input */
function save(input) {
  const { form } = input;
  if (form && input.value.trim() !== input.dataset.was && !sent.has(form)) form.requestSubmit();
}

document.addEventListener("htmx:before:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  if (form) sent.add(form);
});

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx.sourceElement;
  if (form) sent.delete(form);
});

document.addEventListener("keydown", (event) => {
  const input = durationOf(event.target);
  if (!input) return;
  if (event.key === "Enter") {
    event.preventDefault();
    save(input);
  } else if (event.key === "Escape") {
    input.value = input.dataset.was ?? "";
    input.select();
    input.removeAttribute("aria-invalid");
    closest(input, ".line", HTMLElement)?.querySelector(".line-problem")?.remove();
  }
});

/** The unsaved texts of lines, with the reason if it was refused, until the list shows these lines again.
 * ``over``: the version over which it was typed, so that the server asks before another one is replaced.
 * @type {Map<string, { text: string, reason: Element | null, over: string[] }>} */
const unsaved = new Map();

/** Return the fields that name the version of a line.
 * @param {HTMLInputElement} input */
const versionOf = (input) => all(input.form, "input[type=hidden]", HTMLInputElement);

document.addEventListener("htmx:before:swap", (event) => {
  if (event.defaultPrevented || event.detail.ctx.request?.method !== "GET") return;
  for (const input of all(document, ".line-duration input[data-was]", HTMLInputElement)) {
    if (input.value === input.dataset.was) continue;
    const reason = closest(input, ".line", HTMLElement)?.querySelector(".line-problem") ?? null;
    const over = versionOf(input).map((field) => field.value);
    unsaved.set(input.id, { text: input.value, reason, over });
  }
});

document.addEventListener("htmx:after:swap", () => {
  for (const [id, { text, reason, over }] of unsaved) {
    const input = document.getElementById(id);
    if (!(input instanceof HTMLInputElement)) continue;
    unsaved.delete(id);
    input.value = text;
    for (const [n, field] of versionOf(input).entries()) field.value = over[n];
    if (!reason) continue;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", reason.id);
    closest(input, ".line", HTMLElement)?.append(reason);
  }
});

document.addEventListener("focusin", (event) => durationOf(event.target)?.select());

/** The field that the last press gave the focus.
 * @type {HTMLInputElement | null} */
let pressed = null;

document.addEventListener("pointerdown", (event) => {
  const input = durationOf(event.target);
  pressed = input === document.activeElement ? null : input;
});

// Safari puts the caret where a field was pressed, after the focus has selected its text, and after the click. To select the
// text of a field that was left meanwhile would take the focus back.
document.addEventListener("click", (event) => {
  const input = durationOf(event.target);
  if (!input || input !== pressed) return;
  const chosen = (input.selectionEnd ?? 0) - (input.selectionStart ?? 0);
  if (chosen !== 0 && chosen !== input.value.length) return;
  window.setTimeout(() => {
    if (input === document.activeElement) input.select();
  });
});

// Leaving a field saves it, unless its text was refused before. A field that is drawn again is not left.
document.addEventListener("focusout", (event) => {
  const input = durationOf(event.target);
  if (input && !input.hasAttribute("aria-invalid") && !unsaved.has(input.id)) save(input);
});

window.addEventListener("beforeunload", (event) => {
  const lines = all(document, ".line-duration input[data-was]", HTMLInputElement);
  if (lines.some((input) => input.value.trim() !== input.dataset.was)) event.preventDefault();
});

function showToday() {
  const frame = document.getElementById("list-frame");
  if (!frame) lastSpan = "";
  if (!frame || frame.dataset.span === lastSpan) return;
  lastSpan = frame.dataset.span ?? "";
  const today = first(frame, ".list-day.now", HTMLElement);
  // Keep the days before today in view if today fits below them.
  const whole = !today || today.offsetTop + today.offsetHeight <= frame.clientHeight;
  frame.scrollTop = today && !whole ? startNear(frame, today) : 0;
}

/** Return where to scroll to, so that today is in view and no line is cut off: to its heading, or, if the list is too
 * short for that, to a line below the heading of the day before.
 * @param {HTMLElement} frame
 * @param {HTMLElement} today
 * @returns {number} */
function startNear(frame, today) {
  const most = Math.min(today.offsetTop, frame.scrollHeight - frame.clientHeight);
  const head = first(today, ".list-head", HTMLElement)?.offsetHeight ?? 0;
  const starts = all(frame, ".list-day, .line", HTMLElement).map((part) =>
    part.matches(".line") ? part.offsetTop - head : part.offsetTop,
  );
  return Math.max(0, ...starts.filter((start) => start <= most));
}

document.addEventListener("click", (event) => {
  if (closest(event.target, '[data-key="today"]', HTMLElement)) lastSpan = "";
});

document.addEventListener("htmx:after:swap", showToday);
showToday();
