// Choose worklogs in the list, the calendar, and the lists behind a cell of a team or a report: boxes, a range with
// Shift, all of a day or a list, and the bar with what can be done with them.
import { all, byId, closest, first, showText } from "../page/elements.js";
import { tn } from "../page/language.js";
import { boxOf } from "./calendar/blocks.js";

const BOX = ":is(#list-frame, #calendar, .worklog-list) input[name='chosen']";
const GROUP = ":is(.list-day, .worklog-list)";
const WHOLE = "input:is([data-choose-day], [data-choose-all])";

/** The box that was changed last, where a range begins.
 * @type {string} */
let last = "";

/** The value of each chosen box, by its id, so that it stays chosen when its line is rendered again.
 * @type {Map<string, string>} */
let remembered = new Map();

/** The day of which all worklogs are to be chosen once those that are not shown are there.
 * @type {string} */
let awaited = "";

const boxes = () => all(document, BOX, HTMLInputElement);

function show() {
  const bar = byId("selection", HTMLElement);
  if (!bar) return;
  const chosen = boxes().filter((box) => box.checked);
  remembered = new Map(chosen.map((box) => [box.id, box.value]));
  bar.hidden = chosen.length === 0;
  const text = tn("{count} worklog selected", "{count} worklogs selected", chosen.length);
  showText(first(bar, "output", HTMLOutputElement), text);
  for (const block of all(document, "#calendar .block", HTMLElement)) {
    if (boxOf(block)?.checked) block.setAttribute("aria-pressed", "true");
    else block.removeAttribute("aria-pressed");
  }
  for (const day of all(document, GROUP, HTMLElement)) {
    const whole = first(day, WHOLE, HTMLInputElement);
    const own = all(day, "input[name='chosen']", HTMLInputElement);
    const taken = own.filter((box) => box.checked).length;
    if (!whole) continue;
    const complete = !restOf(day);
    whole.checked = own.length > 0 && taken === own.length && complete;
    whole.indeterminate = taken > 0 && !whole.checked;
  }
}

/** @param {HTMLElement | null} day
 * @returns {HTMLElement | null} the button for the worklogs of a day that are not shown, if there are any */
const restOf = (day) => first(day, "[data-rest]", HTMLElement);

/** Give all boxes of a day or a list one state.
 * @param {HTMLElement | null} group
 * @param {boolean} chosen */
function chooseAll(group, chosen) {
  for (const own of all(group, "input[name='chosen']", HTMLInputElement)) own.checked = chosen;
}

function clear() {
  for (const box of boxes()) box.checked = false;
  show();
}

/** Give all boxes between the last one and this one its state.
 * @param {HTMLInputElement} box */
function range(box) {
  const every = boxes();
  const from = every.findIndex((other) => other.id === last);
  const to = every.indexOf(box);
  if (from < 0) return;
  for (const other of every.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
}

document.addEventListener("click", (event) => {
  const box = closest(event.target, BOX, HTMLInputElement);
  if (box) {
    if (event.shiftKey) range(box);
    last = box.id;
    show();
  }
  const whole = closest(event.target, WHOLE, HTMLInputElement);
  if (whole) {
    const group = closest(whole, GROUP, HTMLElement);
    const rest = whole.checked ? restOf(group) : null;
    chooseAll(group, whole.checked);
    show();
    awaited = rest && group ? group.id : "";
    rest?.click();
  }
  if (closest(event.target, "[data-choose-none]", HTMLElement)) {
    const back = boxes().find((other) => other.checked);
    clear();
    back?.focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closest(event.target, `${BOX}, #calendar .block`, HTMLElement)) clear();
});

/** Choose again what was chosen before a swap; a worklog that changed has another value and is not. */
function restore() {
  for (const box of boxes()) box.checked = remembered.get(box.id) === box.value;
  const day = awaited ? byId(awaited, HTMLElement) : null;
  if (day && !restOf(day)) {
    chooseAll(day, true);
    awaited = "";
  }
  show();
}

document.addEventListener("htmx:after:swap", restore);
document.addEventListener("sentences:read", show);
document.addEventListener("htmx:finally:request", (event) => {
  if (event.detail.ctx.sourceElement?.id === "sheet-choice") awaited = "";
});
