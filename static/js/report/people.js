// The search box of a list of check boxes hides those whose text does not contain the typed text. Checked ones stay.
import { all, closest, first } from "../page/elements.js";
import { tn } from "../page/language.js";
import { say } from "../page/live.js";

document.addEventListener("input", (event) => {
  const box = closest(event.target, "[data-filters]", HTMLInputElement);
  if (!box) return;
  const query = box.value.trim().toLocaleLowerCase();
  let count = 0;
  for (const label of all(document, box.dataset.filters ?? "", HTMLLabelElement)) {
    const checked = first(label, "input", HTMLInputElement)?.checked;
    label.hidden = !checked && !(label.textContent ?? "").toLocaleLowerCase().includes(query);
    if (!label.hidden) count += 1;
  }
  say(tn("{count} choice", "{count} choices", count));
});

// Enter in the search box does not show the report before anything is chosen.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && closest(event.target, "[data-filters]", HTMLInputElement)) {
    if (!event.ctrlKey && !event.metaKey) event.preventDefault();
  }
});
