// The same file can be chosen again, for example after it was corrected: a browser reports only another choice than the
// last one. So a click on the field empties it, and whoever then chooses nothing gets the last file back.
import { closest } from "./elements.js";

/** @type {{ field: HTMLInputElement, chosen: DataTransfer } | null} */
let last = null;

document.addEventListener("click", (event) => {
  const field = closest(event.target, "input[type='file']", HTMLInputElement);
  if (!field) return;
  const chosen = new DataTransfer();
  for (const file of field.files ?? []) chosen.items.add(file);
  last = { field, chosen };
  field.value = "";
});

document.addEventListener("cancel", ({ target }) => {
  if (last && target === last.field && !last.field.value) last.field.files = last.chosen.files;
});
