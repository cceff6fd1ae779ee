// A refusal is about the values that were sent, so it disappears when its field is changed. Other texts of the field stay,
// such as what the current time means, or how many issues match.
import { closest } from "./elements.js";

const REFUSAL = /^error-|-error$/;

document.addEventListener("input", (event) => {
  const field = closest(event.target, "form [aria-invalid='true']", HTMLElement);
  const ids = (field?.getAttribute("aria-describedby") ?? "").split(" ");
  const otherIds = ids.filter((id) => !REFUSAL.test(id));
  if (!field || otherIds.length === ids.length) return;
  for (const id of ids) if (REFUSAL.test(id)) document.getElementById(id)?.remove();
  field.removeAttribute("aria-invalid");
  if (otherIds.length) field.setAttribute("aria-describedby", otherIds.join(" "));
  else field.removeAttribute("aria-describedby");
});
