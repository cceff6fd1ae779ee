// Settings: unsaved changes are marked and are not lost by leaving the section.

import { all, byId, closest, first, showText, the } from "../page/elements.js";
import { whenHere } from "../page/here.js";
import { t } from "../page/language.js";
import { isSaving } from "../page/overlap.js";
import { isRestored } from "../page/typing.js";

/** Scrolls to a message at the top, because Save is at the bottom of a page that may be long.
 * @type {ScrollIntoViewOptions} */
const IN_SIGHT = { block: "center" };
const unsavedFirst = () => t("You have unsaved changes. Save or discard them first.");

/** What opens another part in place of the form. */
const LEAVES = ".section-link, [data-leave]";

const form = () => byId("settings", HTMLFormElement);

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/** @param {Element} element
 * @returns {element is Field} */
const isField = (element) =>
  element instanceof HTMLInputElement ||
  element instanceof HTMLSelectElement ||
  element instanceof HTMLTextAreaElement;

/** Return the fields that people fill in.
 * @returns {Field[]} */
const fields = () => all(form(), ".field :is(input, select, textarea)[name]", HTMLElement).filter(isField);

/** @param {Field} field
 * @returns {boolean} */
function changed(field) {
  if (field.type === "hidden") return false;
  const input = field instanceof HTMLInputElement ? field : null;
  if (input?.type === "checkbox") return input.checked !== input.defaultChecked;
  const stored = field.dataset.stored;
  if (input?.type === "radio") {
    return input.checked && (stored === undefined ? !input.defaultChecked : stored !== input.value);
  }
  if (stored !== undefined) return field.value !== stored;
  if (field instanceof HTMLSelectElement) return !field.selectedOptions[0]?.defaultSelected;
  return field.value !== field.defaultValue;
}

/** @returns {boolean} whether anything in the form waits to be saved */
function dirty() {
  return form()?.dataset.dirty !== undefined || fields().some(changed);
}

/** @returns {string} the number of unsaved changes in words, if the page has counted them */
function unsaved() {
  const counted = document.querySelector("[data-changes]:not([data-changes='0']) h3")?.textContent;
  return counted
    ? t("Unsaved: {changes}, as listed below the year", { changes: counted })
    : t("Unsaved changes");
}

/** Show a sentence in the bar.
 * @param {string} sentence */
const note = (sentence) => showText(the("save-note", HTMLElement), sentence);

/** Mark each field with unsaved changes, and say in the bar that there are some. Save stands out only then; without any it
 * still confirms what a new site starts with, such as its periods. */
export function markChanges() {
  const bar = document.getElementById("save-bar");
  if (!bar || !form()) return;
  for (const box of all(form(), ".field:has(.dirty-mark)", HTMLElement)) {
    const inside = fields().filter((field) => field.closest(".field") === box);
    const mark = first(box, ".dirty-mark", HTMLElement);
    if (mark) mark.hidden = !inside.some(changed);
  }
  bar.classList.remove("warned");
  note(dirty() ? unsaved() : "");
  the("discard", HTMLButtonElement).disabled = !dirty();
  the("save-settings", HTMLButtonElement).classList.toggle("primary", dirty());
  if (dirty()) document.getElementById("settings-saved")?.remove();
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    if (closest(event.target, "#settings", HTMLElement)) markChanges();
  });
}

/** Say in the bar that another section would discard the changes. */
function askToSave() {
  the("save-bar", HTMLElement).classList.add("warned");
  note(unsavedFirst());
  the("save-bar", HTMLElement).scrollIntoView({ block: "nearest" });
}

// Opening another section would discard the changes: the bar says so instead. While they are being saved, the section
// waits for the response.
document.addEventListener(
  "click",
  (event) => {
    if (!closest(event.target, LEAVES, HTMLElement)) return;
    if (!dirty() || isSaving(form())) return;
    event.preventDefault();
    event.stopPropagation();
    askToSave();
  },
  true,
);

// Something may be changed while the other section is being read.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.request?.method !== "GET" || !ctx.sourceElement?.matches(LEAVES) || !dirty()) return;
  event.preventDefault();
  askToSave();
});

window.addEventListener("beforeunload", (event) => {
  if (dirty()) event.preventDefault();
});

/** @type {HTMLFormElement | null} the form that was last seen, to detect a new one */
let lastForm = null;

/** On a phone the sections are one line, which a browser does not scroll to the end of what it focuses. The page stays where
 * it is, because somebody may type far below.
 * @param {HTMLElement | null} section */
function reveal(section) {
  const line = closest(section, ".sections", HTMLElement);
  if (!line || !section) return;
  const [around, at] = [line, section].map((part) => part.getBoundingClientRect());
  const fading = Number.parseFloat(getComputedStyle(section).scrollMarginInlineStart);
  const [before, after] = [around.left + fading - at.left, at.right + fading - around.right];
  line.scrollLeft += Math.max(0, after) - Math.max(0, before);
}

/** @type {HTMLElement | null} */
let lastSection = null;

document.addEventListener("focusin", (event) => reveal(closest(event.target, ".section-link", HTMLElement)));

document.addEventListener("htmx:after:swap", (event) => {
  const section = first(document, ".section-link[aria-current]", HTMLElement);
  if (section !== lastSection) reveal(section);
  lastSection = section;
  if (form() !== lastForm) {
    lastForm = form();
    const start =
      first(lastForm, "[aria-invalid='true']", HTMLElement) ?? first(lastForm, "[data-start]", HTMLElement);
    if (!isRestored()) whenHere(() => start?.focus());
    lastForm?.querySelector("#settings-conflict, #settings-problem:not(:empty)")?.scrollIntoView(IN_SIGHT);
  } else if (event.detail.ctx?.target?.id === "settings-problem") {
    document.getElementById("settings-problem")?.scrollIntoView(IN_SIGHT);
  }
  markChanges();
});
document.addEventListener("sentences:read", markChanges);
markChanges();

/** The id of the object that was open when its list was requested again. */
let opened = "";

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const back = closest(ctx.sourceElement, "#go-back", HTMLElement);
  opened = (back && first(form(), "input[name='id']", HTMLInputElement)?.value) ?? "";
});

// Back in the list, the focus is on it.
document.addEventListener("htmx:after:swap", () => {
  const listed = form() ? null : byId(`open-${opened}`, HTMLElement);
  if (!listed) return;
  opened = "";
  whenHere(() => listed.focus());
});

// What an import would change, or why it cannot be imported, is below the form, and on a phone beyond the end of the screen.
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.sourceElement?.id === "import")
    document.getElementById("import-preview")?.scrollIntoView({ block: "nearest" });
});
