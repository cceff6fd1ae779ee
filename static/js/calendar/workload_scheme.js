// A workload scheme: a preset fills in the seven days as if they were typed.
import { all, closest } from "../page/elements.js";

document.addEventListener("click", (event) => {
  const preset = closest(event.target, "[data-preset]", HTMLElement)?.dataset.preset;
  if (preset === undefined) return;
  const boxes = all(document, '.weekdays input[name^="weekday-"]', HTMLInputElement);
  preset.split(",").forEach((hours, number) => {
    boxes[number].value = hours;
  });
  boxes[0]?.dispatchEvent(new Event("input", { bubbles: true }));
});
