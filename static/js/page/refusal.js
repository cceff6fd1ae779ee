// A refusal is about the values that were sent, so it disappears when its field is changed. Other texts of the field stay,
// such as what the current time means, or how many issues match.
import { all, closest } from "./elements.js";

const REFUSAL = /^error-|-error$/;
/** A group of fields may have one refusal, such as radio buttons with what belongs to a choice. */
const REFUSED = "form :is([aria-invalid='true'], fieldset[aria-describedby])";

document.addEventListener("input", (event) => {
  const field = closest(event.target, REFUSED, HTMLElement);
  const ids = (field?.getAttribute("aria-describedby") ?? "").split(" ");
  const otherIds = ids.filter((id) => !REFUSAL.test(id));
  if (!field || otherIds.length === ids.length) return;
  for (const id of ids) if (REFUSAL.test(id)) document.getElementById(id)?.remove();
  for (const invalid of [field, ...all(field, "[aria-invalid='true']", HTMLElement)])
    invalid.removeAttribute("aria-invalid");
  if (otherIds.length) field.setAttribute("aria-describedby", otherIds.join(" "));
  else field.removeAttribute("aria-describedby");
});
