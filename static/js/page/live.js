// The live regions: announce changes to screen readers that would only be visible otherwise.
import { all, byId, first, the } from "./elements.js";
import { t } from "./language.js";

/** The region of the page, in which answers leave their sentences. */
const ofPage = () => the("live", HTMLElement);

/** The browser hides the page around an open dialog from screen readers, so the dialog has its own region.
 * @param {HTMLElement | null} box */
const within = (box) => first(box, ":scope > [role='status'].sr-only", HTMLElement);

const region = () => within(first(document, "dialog[open]", HTMLElement)) ?? ofPage();

/** Ends a sentence that is said again: screen readers announce only a text that differs from the one before. */
const AGAIN = "\u00a0";

/** Screen readers miss what is said before they have noticed a region that is new, or that was hidden from them. */
const NOTICED_MS = 100;

/** @param {string} sentence for a screen reader */
export function say(sentence) {
  region().textContent = region().textContent === sentence ? sentence + AGAIN : sentence;
}

/** Give a dialog its region, unless its content already has one.
 * @param {HTMLElement} box */
function addRegion(box) {
  if (within(box)) return;
  const made = document.createElement("p");
  made.className = "sr-only";
  made.setAttribute("role", "status");
  box.append(made);
}

/** Return what the page shows: which days, how much was found, or that there is nothing. */
const shown = () =>
  all(document, "[data-announced], .empty:not([role='alert']) h2", HTMLElement).map((part) =>
    part.textContent.trim(),
  );

let known = shown();

/** Results that were announced when they were inserted, such as that something is saved.
 * @type {WeakSet<Element>} */
const announced = new WeakSet();

/** The text that was announced before the swap.
 * @type {string | null} */
let said = "";

/** Return two texts of the page as two sentences.
 * @param {string} before empty if there is none
 * @param {string} text */
const joined = (before, text) => (before ? t("{first}. {second}", { first: before, second: text }) : text);

/** True if the answer has a sentence of its own. */
let answered = false;

document.addEventListener("htmx:before:swap", (event) => {
  said = ofPage().textContent;
  answered = event.detail.tasks.some(({ target }) => target === ofPage());
});

// The focus stays on the control, so nothing else announces what a swap brought, unless the answer has its own sentence.
document.addEventListener("htmx:after:swap", () => {
  const box = byId("dialog", HTMLDialogElement);
  if (box?.childElementCount) addRegion(box);
  const results = all(document, "[data-result]", HTMLElement).filter((result) => !announced.has(result));
  for (const result of results) announced.add(result);
  const now = shown();
  const other = now.filter((text) => text && !known.includes(text));
  known = now;
  const same = ofPage().textContent === said;
  if (!answered) {
    const sentences = [...results.map(({ textContent }) => textContent.trim()), other.reduce(joined, "")];
    const sentence = sentences.filter(Boolean).join(" ");
    if (same && sentence) say(sentence);
    return;
  }
  if (same) ofPage().append(AGAIN);
  if (!box?.open) return;
  // The answer closes the dialog, or keeps it over the page.
  const sentence = ofPage().textContent;
  ofPage().textContent = "";
  window.setTimeout(() => say(sentence), NOTICED_MS);
});
