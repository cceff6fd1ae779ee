// The answer to a save may replace a form in which somebody went on meanwhile: what they entered is put into the form that comes
// in its place. If none comes, because the dialog is done, a message says that it is not saved.
import { all, byId, closest, first } from "./elements.js";
import { flagProblem } from "./flags.js";
import { t } from "./language.js";

/** The parts that an answer replaces as a whole. Other forms keep what is entered in their own way. */
const PARTS = "#dialog, #panel-form, #settings, #members, #group-form";
/** In settings, only what is in a field is entered by a person. */
const FIELDS =
  ":is(#dialog, #panel-form, #members) :is(input:not([type='file']), select, textarea)[name], " +
  ":is(#settings, #group-form) .field :is(input, select, textarea)[name]";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/** @param {Element} element
 * @returns {element is Field} */
const isField = (element) =>
  element instanceof HTMLInputElement ||
  element instanceof HTMLSelectElement ||
  element instanceof HTMLTextAreaElement;

/** @param {Element} entry
 * @returns {entry is HTMLInputElement} */
const isTicked = (entry) =>
  entry instanceof HTMLInputElement && (entry.type === "checkbox" || entry.type === "radio");

/** Return the fields in a part of the page, and the lists of what was chosen with one.
 * @param {Element} part
 * @returns {(Field | HTMLElement)[]} */
const entriesOf = (part) => [
  ...all(part, FIELDS, HTMLElement).filter((field) => isField(field) && !field.closest(".chips")),
  ...all(part, ".chips[id]", HTMLElement),
];

/** @param {Field | HTMLElement} entry
 * @returns {string} what somebody entered */
function entered(entry) {
  if (!isField(entry)) return JSON.stringify(all(entry, "input", HTMLInputElement).map(({ value }) => value));
  return isTicked(entry) ? String(entry.checked) : entry.value;
}

/** @param {Field | HTMLElement} entry
 * @param {Field | HTMLElement} other
 * @returns {boolean} whether ``other`` is in the place of ``entry`` */
function replaces(entry, other) {
  if (entry.id || !isField(entry) || !isField(other)) return entry.id === other.id;
  return other.name === entry.name && (!isTicked(entry) || other.value === entry.value);
}

/** The content of a part when a request sent it.
 * @typedef {{ part: Element, values: Map<Field | HTMLElement, string> }} Sent */

/** @type {WeakMap<HtmxContext, Sent>} */
const sent = new WeakMap();

/** The entries since then, found while they are on the page: closing a dialog discards them.
 * @type {WeakMap<HtmxContext, (Field | HTMLElement)[]>} */
const later = new WeakMap();

/** Return whether the request sends the part. A button that only opens something else leaves it, and in settings other requests
 * have their own parts.
 * @param {HtmxContext} ctx
 * @param {HTMLElement} part */
const sends = ({ sourceElement, request }, part) =>
  part.matches("#settings")
    ? sourceElement === part
    : request?.method === "POST" || !sourceElement?.matches("button");

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const part = closest(ctx.sourceElement, PARTS, HTMLElement);
  if (part && sends(ctx, part))
    sent.set(ctx, { part, values: new Map(entriesOf(part).map((entry) => [entry, entered(entry)])) });
});

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const values = [...(sent.get(ctx)?.values ?? [])];
  const changed = values.filter(([entry, value]) => entry.isConnected && entered(entry) !== value);
  later.set(
    ctx,
    changed.map(([entry]) => entry),
  );
});

/** @param {Field | HTMLElement} entry
 * @param {Element} part
 * @returns {boolean} whether the part has the same field or list, which now contains what was entered */
function restore(entry, part) {
  const now = entriesOf(part).find((other) => replaces(entry, other));
  if (!now) return false;
  if (!isField(entry) || !isField(now)) {
    now.replaceChildren(...entry.children);
    const form = closest(now, "#settings", HTMLFormElement);
    if (form) form.dataset.dirty = "";
    const box = first(closest(now, ".finder", HTMLElement), "[role='combobox']", HTMLInputElement);
    box?.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  // A choice that is gone meanwhile would leave the list without any.
  if (now instanceof HTMLSelectElement && ![...now.options].some(({ value }) => value === entry.value))
    return false;
  if (isTicked(entry) && isTicked(now)) now.checked = entry.checked;
  else if (now.value !== entry.value) now.value = entry.value;
  // What depends on the field follows it; in a search box this would search again, and in a row it would save what may be half typed.
  if (now.matches("[role='combobox'], form[data-row-form] *")) return true;
  for (const kind of ["input", "change"]) now.dispatchEvent(new Event(kind, { bubbles: true }));
  return true;
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const gone = (later.get(ctx) ?? []).filter((entry) => !entry.isConnected);
  later.delete(ctx);
  // A field named "id" would shadow the property.
  const part = byId(sent.get(ctx)?.part.getAttribute("id") ?? "", HTMLElement);
  const lost = gone.filter((entry) => !part || !restore(entry, part));
  const seen = lost.some((entry) => !(entry instanceof HTMLInputElement && entry.type === "hidden"));
  if (seen && ctx.request?.method === "POST" && part?.matches("#dialog, #panel-form"))
    flagProblem(t("What you entered while this was being saved is not saved."));
});
