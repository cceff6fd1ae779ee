// The buttons beside a refused cell, for those who have no keys: they go to the next one, open the dialog, and decide between
// the text and what came into the cell meanwhile.
import { closest } from "../page/elements.js";
import { editing } from "./cells.js";
import { typedIn } from "./comment.js";
import { cellAround, finish, openList } from "./editing.js";
import { focus } from "./focus.js";
import { forget, goToRefused, shownRefusal } from "./refused.js";
import { saveAll } from "./saving.js";

// The focus stays in its cell.
document.addEventListener("mousedown", (event) => {
  if (closest(event.target, "#cell-problem .link-button", HTMLElement)) event.preventDefault();
});

/** Save the text of the refused cell whose reason is shown, also if somebody is changing it, or discard it.
 * @param {boolean} keep true to save it */
function decide(keep) {
  const shown = shownRefusal();
  if (!shown) return;
  const { td, refusal } = shown;
  const input = editing();
  if (input && cellAround(input) === td) finish(input, keep);
  else if (keep) saveAll([[td, refusal.text, refusal.like]]);
  else forget(td);
  focus(td);
}

/** Open the dialog for the refused cell whose reason is shown, with its text. One that is being changed is saved first, because
 * no dialog opens for somebody who types. */
function openDialog() {
  const shown = shownRefusal();
  if (!shown) return;
  const { td, refusal } = shown;
  const input = editing();
  const edited = input && cellAround(input) === td;
  const text = edited ? typedIn(td, input.value.trim()) : refusal.text;
  if (edited) finish(input, true);
  focus(td);
  openList(td, text);
}

document.addEventListener("click", (event) => {
  const button = closest(event.target, "#cell-problem .link-button", HTMLElement);
  if (button?.dataset.decide) decide(button.dataset.decide === "mine");
  else if (button?.dataset.openDialog !== undefined) openDialog();
  else if (button?.dataset.goOn !== undefined) goToRefused();
});
