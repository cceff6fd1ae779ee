// Typing is never lost: when a response replaces a field, its text, selection, and focus are restored.
import { all, closest } from "./elements.js";
import { whenHere } from "./here.js";

/** The code of a key that an input method takes; in Safari also that of the Enter that has just ended a composition.
 * Keyboards of Android compose every word, but take no Enter: it has its own code while something is composed. */
const TAKEN = 229;

// Enter, Escape, Tab, and arrows belong to the input method while somebody chooses characters in it, such as Japanese ones.
window.addEventListener(
  "keydown",
  (event) => {
    if (event.keyCode === TAKEN) event.stopImmediatePropagation();
  },
  true,
);

const FIELDS = "input:not([type='checkbox'], [type='radio'], [type='button'], [type='submit']), textarea";

/** Return the field that somebody is typing in, if there is one.
 * @returns {HTMLInputElement | HTMLTextAreaElement | null} */
export const typingIn = () => fieldOf(document.activeElement);

/** @param {Element | null} element
 * @returns {HTMLInputElement | HTMLTextAreaElement | null} */
function fieldOf(element) {
  const field =
    element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element : null;
  return field?.matches(FIELDS) ? field : null;
}

/** The values of fields when a request sent them, to detect what was typed since.
 * @type {WeakMap<Element, string>} */
const sent = new WeakMap();

/** @type {{field: HTMLInputElement | HTMLTextAreaElement, value: string, ends: [number | null, number | null]} | null} */
let before = null;

document.addEventListener("htmx:before:request", (event) => {
  const { sourceElement: source, request } = event.detail.ctx;
  // Previews send the fields too, but their responses do not replace them.
  if (request?.method !== "POST") return;
  // A list of rows is replaced with all its forms.
  const part = closest(source, "#cell-list", HTMLElement) ?? closest(source, "form", HTMLFormElement);
  for (const field of all(part, FIELDS, HTMLElement)) sent.set(field, fieldOf(field)?.value ?? "");
});

document.addEventListener("htmx:before:swap", () => {
  const field = typingIn();
  before = field?.id ? { field, value: field.value, ends: [field.selectionStart, field.selectionEnd] } : null;
});

/** True if the last response replaced a field in which something was typed after the request. */
let restored = false;

/** Return true if a response must not move the focus, because somebody is typing. */
export const isRestored = () => restored;

document.addEventListener("htmx:after:swap", () => {
  restored = false;
  if (!before || before.field.isConnected) return;
  const { field, value, ends } = before;
  const now = fieldOf(document.getElementById(field.id));
  before = null;
  if (!now || !sent.has(field) || sent.get(field) === value) return;
  restored = true;
  now.value = value;
  whenHere(() => now.focus({ preventScroll: true }));
  if (ends[0] !== null) now.setSelectionRange(...ends);
});
