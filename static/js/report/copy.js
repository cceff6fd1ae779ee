// A copy button puts the text of a field into the clipboard. Jira's frame does not permit the clipboard's own interface,
// so the text is selected and copied as by hand; where that fails too, it stays selected.
import { byId, closest } from "../page/elements.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";

document.addEventListener("click", (event) => {
  const button = closest(event.target, "[data-copy]", HTMLButtonElement);
  const field = byId(button?.dataset.copy ?? "", HTMLInputElement);
  if (!field) return;
  field.select();
  say(
    document.execCommand("copy")
      ? t("The link is copied.")
      : t("The link is selected. Copy it with the keyboard."),
  );
});
