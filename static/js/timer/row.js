// The row under the pointer has a button that starts a timer on its issue.
import { byId, closest, first } from "../page/elements.js";
import { t } from "../page/language.js";
import { startTimer } from "./timer.js";

const button = document.createElement("button");
Object.assign(button, { type: "button", className: "start-timer", tabIndex: -1 });

document.addEventListener("pointerover", (event) => {
  const row = closest(event.target, "#rows tr[id^='r']", HTMLTableRowElement);
  const head = first(row, "th", HTMLElement);
  if (!row || !head || head.contains(button) || !byId("timer-start", HTMLButtonElement)) return;
  const name = t("Start a timer on {issue}", { issue: first(head, "a", HTMLElement)?.textContent ?? "" });
  button.title = name;
  button.setAttribute("aria-label", name);
  head.append(button);
});

button.addEventListener("click", () => {
  const row = closest(button, "tr", HTMLTableRowElement);
  if (row) startTimer(row.id.slice(1));
});
