// The row under the pointer has a button that starts a timer on its issue.
import { byId, closest, first } from "../page/elements.js";
import { t } from "../page/language.js";
import { startTimer } from "./timer.js";

const button = document.createElement("button");
Object.assign(button, { type: "button", className: "start-timer", tabIndex: -1 });

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "touch") offer(event.target);
});

// Only after a touch has ended: the button would be under the finger and start a timer that nobody wanted.
document.addEventListener("click", (event) => {
  if (event.pointerType === "touch") offer(event.target);
});

/** @param {EventTarget | null} target */
function offer(target) {
  const row = closest(target, "#rows tr[id^='r']", HTMLTableRowElement);
  const head = first(row, "th", HTMLElement);
  if (!row || !head || head.contains(button) || !byId("timer-start", HTMLButtonElement)) return;
  if (row.dataset.locked !== undefined) {
    button.remove();
    return;
  }
  const name = t("Start a timer on {issue}", { issue: first(head, "a", HTMLElement)?.textContent ?? "" });
  button.title = name;
  button.setAttribute("aria-label", name);
  head.append(button);
}

// A morph would make it another button of its row, such as the one that removes the row.
document.addEventListener("htmx:before:swap", (event) => {
  if (event.detail.tasks.some(({ target }) => target?.contains(button))) button.remove();
});

button.addEventListener("click", () => {
  const row = closest(button, "tr", HTMLTableRowElement);
  if (row) startTimer(row.id.slice(1));
});
