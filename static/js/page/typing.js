// What somebody is typing stays theirs: an answer that replaces their field gives back text, selection and focus.

const FIELDS = "input:not([type='checkbox'], [type='radio'], [type='button'], [type='submit']), textarea";

/** The field somebody is typing in, if there is one.
 * @returns {HTMLInputElement | HTMLTextAreaElement | null} */
export const typingIn = () => fieldOf(document.activeElement);

/** @param {Element | null} element
 * @returns {HTMLInputElement | HTMLTextAreaElement | null} */
function fieldOf(element) {
  const field =
    element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element : null;
  return field?.matches(FIELDS) ? field : null;
}

/** What stood in the fields when a request took them along, to tell what was typed since.
 * @type {WeakMap<Element, string>} */
const sent = new WeakMap();

/** @type {{field: HTMLInputElement | HTMLTextAreaElement, value: string, ends: [number | null, number | null]} | null} */
let held = null;

document.addEventListener("htmx:before:request", (event) => {
  const field = typingIn();
  const { sourceElement: source, request } = event.detail.ctx;
  // Previews take the fields along as well, but answer beside them.
  if (field?.form?.contains(source ?? null) && request?.method === "POST") sent.set(field, field.value);
});

document.addEventListener("htmx:before:swap", () => {
  const field = typingIn();
  held = field?.id ? { field, value: field.value, ends: [field.selectionStart, field.selectionEnd] } : null;
});

/** Whether the last answer replaced a field with something typed into it that the answer did not know yet. */
let kept = false;

/** True where an answer must not lead anybody away from what they are typing. */
export const isKept = () => kept;

document.addEventListener("htmx:after:swap", () => {
  kept = false;
  if (!held || held.field.isConnected) return;
  const { field, value, ends } = held;
  const now = fieldOf(document.getElementById(field.id));
  held = null;
  if (!now || !sent.has(field) || sent.get(field) === value) return;
  kept = true;
  now.value = value;
  now.focus({ preventScroll: true });
  if (ends[0] !== null) now.setSelectionRange(...ends);
});
