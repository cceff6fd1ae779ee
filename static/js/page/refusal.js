// A refusal is about the values that were sent, so it disappears when its field is changed. Other texts of the field stay,
// such as what the current time means, or how many issues match.
import { all, byId, closest } from "./elements.js";

const REFUSAL = /^error-|-error$/;
/** The reason why there is no report. It stays until there is one. */
const NO_REPORT = "report-refused";
/** A group of fields may have one refusal, such as radio buttons with what belongs to a choice. */
const REFUSED = "form :is([aria-invalid='true'], fieldset[aria-describedby])";

document.addEventListener("input", (event) => {
  const field = closest(event.target, REFUSED, HTMLElement);
  const ids = (field?.getAttribute("aria-describedby") ?? "").split(" ");
  const otherIds = ids.filter((id) => !REFUSAL.test(id));
  const texts = ids.map((id) => byId(id, HTMLElement));
  // A text that stays, such as the number of issues that match, may contain a refusal.
  const refusals = texts.flatMap((text) =>
    text && REFUSAL.test(text.id) ? [text] : all(text, "[id^='error-']", HTMLElement),
  );
  if (!field || !(refusals.length || ids.includes(NO_REPORT))) return;
  for (const refusal of refusals) refusal.remove();
  for (const invalid of [field, ...all(field, "[aria-invalid='true']", HTMLElement)])
    invalid.removeAttribute("aria-invalid");
  if (otherIds.length) field.setAttribute("aria-describedby", otherIds.join(" "));
  else field.removeAttribute("aria-describedby");
});
