// Settings: what changed is marked, and nobody loses it by leaving.

import { isKept } from "../page/typing.js";

/** Save stands at the foot of what may be a long page; what it answers is told at the head.
 * @type {ScrollIntoViewOptions} */
const IN_SIGHT = { block: "center" };
const UNSAVED = "You have unsaved changes. Save or discard them first.";

/** @returns {HTMLFormElement | null} */
const form = () => document.getElementById("settings");

/** @returns {Array<HTMLInputElement | HTMLSelectElement>} the fields that people fill in */
const fields = () => [...(form()?.querySelectorAll(".field :is(input, select, textarea)[name]") ?? [])];

/** @param {HTMLInputElement | HTMLSelectElement} field
 * @returns {boolean} */
function changed(field) {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  const stored = field.dataset.stored;
  if (field.type === "radio") {
    return field.checked && (stored === undefined ? !field.defaultChecked : stored !== field.value);
  }
  if (stored !== undefined) return field.value !== stored;
  if (field instanceof HTMLSelectElement) return !field.selectedOptions[0]?.defaultSelected;
  return field.value !== field.defaultValue;
}

/** @returns {boolean} whether anything in the form waits to be saved */
function dirty() {
  return form()?.dataset.dirty !== undefined || fields().some(changed);
}

/** @returns {string} what waits, as far as somebody has counted it */
function unsaved() {
  const counted = document.querySelector("[data-changes]:not([data-changes='0']) h3")?.textContent;
  return counted ? `Unsaved: ${counted}, as listed below the year` : "Unsaved changes";
}

/** Say beside each field, and in the bar, what waits to be saved. */
export function markChanges() {
  const bar = document.getElementById("save-bar");
  if (!bar || !form()) return;
  for (const box of form().querySelectorAll(".field:has(.dirty-mark)")) {
    const inside = fields().filter((field) => field.closest(".field") === box);
    box.querySelector(".dirty-mark").hidden = !inside.some(changed);
  }
  bar.classList.remove("warned");
  document.getElementById("save-note").textContent = dirty() ? unsaved() : "";
  document.getElementById("discard").disabled = !dirty();
  if (dirty()) document.getElementById("settings-saved")?.remove();
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.closest?.("#settings")) markChanges();
  });
}

// Another section would take the form away with what was typed: the bar says so instead.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(".section-link, [data-leave]") || !dirty()) return;
    event.preventDefault();
    event.stopPropagation();
    document.getElementById("save-bar").classList.add("warned");
    document.getElementById("save-note").textContent = UNSAVED;
    document.getElementById("save-bar").scrollIntoView({ block: "nearest" });
  },
  true,
);

window.addEventListener("beforeunload", (event) => {
  if (dirty()) event.preventDefault();
});

/** @type {HTMLFormElement | null} the form that was last seen, to tell a new one */
let seen = null;

document.addEventListener("htmx:after:swap", (event) => {
  if (form() !== seen) {
    seen = form();
    if (!isKept())
      (seen?.querySelector("[aria-invalid='true']") ?? seen?.querySelector("[data-start]"))?.focus();
    seen?.querySelector("#settings-conflict, #settings-problem:not(:empty)")?.scrollIntoView(IN_SIGHT);
  } else if (event.detail.ctx?.target?.id === "settings-problem") {
    document.getElementById("settings-problem").scrollIntoView(IN_SIGHT);
  }
  markChanges();
});
markChanges();
