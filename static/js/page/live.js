// The live region: announces changes to screen readers that would only be visible otherwise.
import { all, the } from "./elements.js";

const region = () => the("live", HTMLElement);

/** @param {string} sentence for a screen reader */
export function say(sentence) {
  region().textContent = sentence;
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

document.addEventListener("htmx:before:swap", () => {
  said = region().textContent;
});

// The focus stays on the control, so nothing else tells what a swap brought, unless the answer has a sentence of its own.
document.addEventListener("htmx:after:swap", () => {
  const now = shown();
  const other = now.filter((text) => text && !known.includes(text));
  if (other.length && region().textContent === said) say(other.join(". "));
  known = now;
});
