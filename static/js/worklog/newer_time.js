// A time that is entered in a list while the one before it is being saved: the answer replaces the field, so the time is put back
// and saved then. After a refusal it is only put back, because the answer may show a change that nobody has seen yet.
import { byId, closest, first } from "../page/elements.js";

const FORMS = "form:is(.line-duration, [data-row-form])";

/** The text that each form sent with its request in progress.
 * @type {Map<HTMLFormElement, string>} */
const sent = new Map();

/** The texts that were entered since, by the ids of their fields.
 * @type {Map<string, string>} */
const entered = new Map();

/** @param {EventTarget | Element | null | undefined} target
 * @returns {HTMLFormElement | null} */
const formOf = (target) => closest(target, FORMS, HTMLFormElement);

/** @param {HTMLFormElement | null} form */
const fieldOf = (form) => first(form, "input[type='text']", HTMLInputElement);

/** @param {Event} event */
function enter(event) {
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

document.addEventListener("htmx:finally:request", (event) => {
  const { response, sourceElement } = event.detail.ctx;
  const form = formOf(sourceElement);
  const id = fieldOf(form)?.id ?? "";
  const text = entered.get(id);
  if (!form || !sent.delete(form) || text === undefined) return;
  entered.delete(id);
  const field = byId(id, HTMLInputElement);
  if (!field) return;
  field.value = text;
  if (response && response.status < 400) field.form?.requestSubmit();
});
