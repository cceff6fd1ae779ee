// Text in a dialog or in the form of the panel on an issue is not lost by a key, a click, or a reload: they ask first.
import { all, byId, closest, first } from "./elements.js";
import { t } from "./language.js";

const FIELDS =
  ":is(#dialog, #panel-form) form[hx-post] :is(textarea, input:not([type='checkbox'], [type='radio'], [type='search'], [type='file'], [role='combobox']))";

/** A search box below which something was chosen. */
const CHOSEN = "#dialog form[hx-post] .finder:has(.chips > li)";

/** The dialog or the panel in which something was typed that was not sent successfully since.
 * @type {HTMLElement | null} */
let typedIn = null;

/** The action to repeat to discard it: the box that would close, or a button.
 * @type {HTMLElement | null} */
let askedOf = null;

const isUnsaved = () => first(typedIn, "form", HTMLFormElement) !== null;

/** Return whether a dialog or a panel may be closed without a decision to discard it: not at the first time if something was typed.
 * @param {HTMLElement} box
 * @param {string} [sentence] what a person reads then
 * @param {HTMLElement} [by] what closes it, to be used again */
export function mayClose(
  box,
  sentence = t("This is not saved. Close it again to discard what you typed."),
  by = box,
) {
  const shown = byId("unsaved", HTMLElement);
  if (typedIn !== box || !isUnsaved() || (shown && askedOf === by)) return true;
  shown?.remove();
  askedOf = by;
  const note = document.createElement("p");
  note.id = "unsaved";
  note.className = "unsaved";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  const foot = first(box, ".dialog-foot", HTMLElement);
  foot ? foot.prepend(note) : box.append(note);
  return false;
}

/** Forget that something was typed, because it was taken back. */
export function forgetTyped() {
  typedIn = null;
  byId("unsaved", HTMLElement)?.remove();
}

// A button that shows another form in place of this one asks as closing does. Those of the panel are around its form.
document.addEventListener(
  "click",
  (event) => {
    const button = closest(event.target, "[data-discards]", HTMLElement);
    const box = closest(button, "#dialog, #panel-form", HTMLElement) ?? byId("panel-form", HTMLElement);
    const sentence = t("This is not saved. Press the button again to discard what you typed.");
    if (!button || !box || mayClose(box, sentence, button)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

for (const [kind, selector] of [
  ["input", FIELDS],
  ["change", CHOSEN],
]) {
  document.addEventListener(kind, (event) => {
    if (!closest(event.target, selector, HTMLElement)) return;
    typedIn = closest(event.target, "#dialog, #panel-form", HTMLElement);
    byId("unsaved", HTMLElement)?.remove();
  });
}

/** True if a response has new content for it, also as one of several parts, as the timer's has. */
let replaced = false;

document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  replaced = typedIn !== null && tasks.some(({ target }) => target === typedIn);
});

document.addEventListener("htmx:after:swap", (event) => {
  const { target, response } = event.detail.ctx ?? {};
  if ((target !== typedIn && !replaced) || (response?.status ?? 400) >= 400) return;
  // An answer that is merged keeps what was typed in other fields.
  const kept = all(typedIn, FIELDS, HTMLElement).some(
    (field) =>
      (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) &&
      field.value !== field.defaultValue,
  );
  if (!kept) typedIn = null;
});

document.addEventListener(
  "close",
  (event) => {
    if (event.target === typedIn) typedIn = null;
  },
  true,
);

window.addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});
