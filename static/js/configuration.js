// Settings: what changed is marked, and nobody loses it by leaving.

const UNSAVED = "You have unsaved changes. Save or discard them first.";

/** @returns {HTMLFormElement | null} */
const form = () => document.getElementById("settings");

/** @param {HTMLInputElement | HTMLSelectElement} field
 * @returns {boolean} */
function changed(field) {
  if (field instanceof HTMLSelectElement) return !field.selectedOptions[0]?.defaultSelected;
  return field.value !== field.defaultValue;
}

/** @returns {boolean} whether anything in the form waits to be saved */
function dirty() {
  const fields = [...(form()?.querySelectorAll(".field :is(input, select)") ?? [])];
  return form()?.dataset.dirty !== undefined || fields.some(changed);
}

function mark() {
  const bar = document.getElementById("save-bar");
  if (!bar) return;
  for (const field of form().querySelectorAll(".field :is(input, select)")) {
    field.closest(".field").querySelector(".dirty-mark").hidden = !changed(field);
  }
  bar.classList.remove("warned");
  document.getElementById("save-note").textContent = dirty() ? "Unsaved changes" : "";
  document.getElementById("discard").disabled = !dirty();
  if (dirty()) document.getElementById("settings-saved")?.remove();
}

document.addEventListener("input", (event) => {
  if (event.target.closest("#settings")) mark();
});

// Another section would take the form away with what was typed: the bar says so instead.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest(".section-link") || !dirty()) return;
    event.preventDefault();
    event.stopPropagation();
    document.getElementById("save-bar").classList.add("warned");
    document.getElementById("save-note").textContent = UNSAVED;
  },
  true,
);

window.addEventListener("beforeunload", (event) => {
  if (dirty()) event.preventDefault();
});

document.addEventListener("htmx:after:swap", () => {
  form()?.querySelector("[aria-invalid='true']")?.focus();
  mark();
});
mark();
