// A time that is entered in a list while the one before it is being saved: the answer replaces the field, so the time is put back
// and saved then, or when the field is left if somebody is still typing. After a refusal it is only put back, because the answer may
// show a change that nobody has seen yet.
import { all, byId, closest, first } from "../page/elements.js";
import { flagProblem } from "../page/flags.js";
import { t } from "../page/language.js";

const FORMS = "form:is(.line-duration, [data-row-form])";

/** The text that each form sent with its request in progress.
 * @type {Map<HTMLFormElement, string>} */
const sent = new Map();

/** The texts that were entered since, by the ids of their fields.
 * @type {Map<string, string>} */
const entered = new Map();

/** The fields of rows with a text that was put back. The browser reports no change when they are left.
 * @type {WeakSet<HTMLInputElement>} */
const unfinished = new WeakSet();

/** @param {EventTarget | Element | null | undefined} target
 * @returns {HTMLFormElement | null} */
const formOf = (target) => closest(target, FORMS, HTMLFormElement);

/** @param {HTMLFormElement | null} form */
const fieldOf = (form) => first(form, "input[type='text']", HTMLInputElement);

/** True while an answer replaces a part of the page. The browser reports a change of a field that is removed while it is typed in. */
let swapping = false;

document.addEventListener("htmx:before:swap", () => {
  swapping = true;
});
for (const kind of /** @type {const} */ (["htmx:after:swap", "htmx:finally:request"])) {
  document.addEventListener(kind, () => {
    swapping = false;
  });
}

/** @param {Event} event */
function enter(event) {
  if (swapping) return;
  const form = formOf(event.target);
  const field = fieldOf(form);
  if (form && field && sent.has(form) && sent.get(form) !== field.value) entered.set(field.id, field.value);
}

/** @param {Event} event */
function forget(event) {
  const field = fieldOf(formOf(event.target));
  if (field) entered.delete(field.id);
}

document.addEventListener("change", enter);
document.addEventListener("input", forget);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter") enter(event);
  else if (event.key === "Escape") forget(event);
});

document.addEventListener("htmx:before:request", (event) => {
  const form = formOf(event.detail.ctx.sourceElement);
  const field = fieldOf(form);
  if (form && field) sent.set(form, field.value);
});

function keepUnfinished() {
  for (const field of all(document, "[data-row-form] input[type='text']", HTMLInputElement))
    if (field.value !== field.defaultValue) unfinished.add(field);
}

document.addEventListener("focusout", ({ target }) => {
  if (swapping || !(target instanceof HTMLInputElement) || !unfinished.delete(target)) return;
  const { form } = target;
  if (form && target.value !== target.defaultValue && !sent.has(form)) form.requestSubmit();
});

document.addEventListener("htmx:finally:request", (event) => {
  const { response, sourceElement } = event.detail.ctx;
  const form = formOf(sourceElement);
  const id = fieldOf(form)?.id ?? "";
  const text = entered.get(id);
  if (!form || !sent.delete(form)) return;
  if (response && response.status < 400) keepUnfinished();
  if (text === undefined) return;
  entered.delete(id);
  const field = byId(id, HTMLInputElement);
  if (!field) {
    // The list of lines keeps its texts itself.
    if (form.matches("[data-row-form]"))
      flagProblem(t("What you entered while this was being saved is not saved."));
    return;
  }
  field.value = text;
  if (response && response.status < 400) field.form?.requestSubmit();
});
