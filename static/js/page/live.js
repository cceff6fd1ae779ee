// The live region: announces changes to screen readers that would only be visible otherwise.
import { all, the } from "./elements.js";

const region = () => the("live", HTMLElement);

/** Ends a sentence that is said again: screen readers announce only a text that differs from the one before. */
const AGAIN = "\u00a0";

/** @param {string} sentence for a screen reader */
export function say(sentence) {
  region().textContent = region().textContent === sentence ? sentence + AGAIN : sentence;
}

/** Return what the page shows: which days, how much was found, or that there is nothing. */
const shown = () =>
  all(document, "[data-announced], .empty:not([role='alert']) h2", HTMLElement).map((part) =>
    part.textContent.trim(),
  );

let known = shown();

/** What was announced before the swap.
 * @type {string | null} */
let said = "";

/** True if the answer has a sentence of its own. */
let answered = false;

document.addEventListener("htmx:before:swap", (event) => {
  said = region().textContent;
  answered = event.detail.tasks.some(({ target }) => target === region());
});

// The focus stays on the control, so nothing else announces what a swap brought, unless the answer has its own sentence.
document.addEventListener("htmx:after:swap", () => {
  const now = shown();
  const other = now.filter((text) => text && !known.includes(text));
  const same = region().textContent === said;
  if (same && answered) region().append(AGAIN);
  else if (same && other.length) say(other.join(". "));
  known = now;
});
