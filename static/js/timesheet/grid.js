// The keys and the pointer in the grid, which works like a spreadsheet: one cell has the focus, typing replaces its content,
// Enter and Tab save and move on. The field of a cell is in editing.js.
import { inReadingOrder } from "../page/direction.js";
import { byId, closest, first } from "../page/elements.js";
import { whenHere } from "../page/here.js";
import { keyOf } from "../page/keys.js";
import { t } from "../page/language.js";
import {
  cellAt,
  cellOf,
  dayAt,
  editing,
  firstColumn,
  grid,
  keptOf,
  limitOf,
  placeOf,
  rowOf,
  several,
  table,
  textOf,
} from "./cells.js";
import { fillSelection } from "./clipboard.js";
import { commentAt, openComment, split, takeLast } from "./comment.js";
import { beginDrag } from "./drag_select.js";
import { cellAround, edit, editComment, fieldAt, finish, isTyped, openList, resume } from "./editing.js";
import { pending } from "./flights.js";
import {
  activate,
  activeCell,
  afterEnter,
  block,
  edge,
  endOfRow,
  focus,
  focusByTab,
  neighbor,
  nextInOrder,
  pageAway,
  press,
  remember,
  selectAgain,
  selectAll,
} from "./focus.js";
import { reveal, shownColumn } from "./narrow.js";
import { explainClosed, forget, goToRefused, hasRefused } from "./refused.js";
import { markPending, saveAll } from "./saving.js";

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @type {Record<string, number>} */
const PAGES = { PageUp: -1, PageDown: 1 };

/** Digits of any script, and signs. Without the signs, “:30” would become 30 hours, and “-2” two hours. */
const BEGINS_A_TIME = /^[\p{N}.,:：．，٫+−-]$/u;

/* Keys and pointer */

/** @param {KeyboardEvent} event
 * @param {HTMLInputElement} input */
function keyWhileEditing(event, input) {
  const td = cellAround(input);
  const place = placeOf(td);
  /** @type {Record<string, [number, number]>} */
  const steps = { Enter: [-1, 0], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const step = steps[event.key];
  if (event.key === "ArrowDown" && event.altKey) {
    event.preventDefault();
    finish(input, true);
    goToRefused();
  } else if (event.key === "Enter" && event.altKey) {
    event.preventDefault();
    openComment(td);
  } else if (event.key === "Escape") {
    event.preventDefault();
    finish(input, false);
    focus(cellAt(place));
  } else if (event.key === "Tab") {
    const next = nextInOrder(td, event.shiftKey ? -1 : 1);
    if (next) event.preventDefault();
    finish(input, true);
    focusByTab(td, next);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    const next = afterEnter(td);
    finish(input, true);
    focus(next ?? cellAt(place));
  } else if (step) {
    event.preventDefault();
    finish(input, true);
    focus(neighbor(td, step[0], step[1]) ?? cellAt(place));
  }
}

/** In the field of a comment, the keys that leave it work as in the field of the time; arrows stay in the text.
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} input the field of the time */
function keyInComment(event, input) {
  const { key, shiftKey, altKey } = event;
  if (key === "Enter" && (shiftKey || altKey)) return;
  if (key === "Tab" && shiftKey) {
    event.preventDefault();
    input.focus();
  } else if (key === "ArrowDown" && !altKey && takeLast(commentAt(event.target))) event.preventDefault();
  else if (!(key in MOVES) || altKey) keyWhileEditing(event, input);
}

/** @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} td
 * @returns {boolean} true if the key has a meaning here */
function keyOnCell(event, td) {
  const move = MOVES[inReadingOrder(event.key)];
  const whole = event.ctrlKey || event.metaKey;
  if (move && !event.altKey) {
    focus(whole ? edge(td, move) : neighbor(td, move[0], move[1]), event.shiftKey);
  } else if (/^[;；]$/.test(event.key) || (event.key === "Enter" && event.altKey)) editComment(td);
  else if (event.key === "Enter" && whole) return false;
  else if (event.key === "Enter" && event.shiftKey) openList(td);
  else if (event.key === "Enter" || event.key === "F2") edit(td, textOf(td));
  else if (event.key === "Delete" || event.key === "Backspace") clear();
  else if (event.key === "Home") focus(endOfRow(td, -1, whole), event.shiftKey);
  else if (event.key === "End") focus(endOfRow(td, 1, whole), event.shiftKey);
  else if (event.key in PAGES && !whole) focus(pageAway(td, PAGES[event.key]), event.shiftKey);
  else if (keyOf(event) === "d" && whole) fillSelection();
  else if (keyOf(event) === "a" && whole && !event.shiftKey) selectAll(td);
  else if (event.key === "Escape") release(td);
  else if (event.key === "Tab") return tab(event, td);
  else if (isCharacter(event) && BEGINS_A_TIME.test(event.key)) begin(td, event.key);
  else return false;
  return true;
}

/** @param {KeyboardEvent} event */
const isCharacter = ({ key, ctrlKey, metaKey, altKey }) =>
  key.length === 1 && !ctrlKey && !metaKey && !altKey;

/** The cell that took no text, while its text is still being typed: without this, the “m” of “45m” would be a shortcut,
 * and the next time would go to another cell than the person meant. If the list of its worklogs opens meanwhile, the
 * rest would go into the time of the first one.
 * @type {HTMLTableCellElement | null} */
let refusing = null;
let refusedAt = 0;
/** What was typed over it, for the button of its list that logs more time. */
let typedOver = "";
/** Whoever pauses for longer, in milliseconds, has seen the list. */
const PAUSE = 700;

/** @param {HTMLTableCellElement} td
 * @param {string} character */
function begin(td, character) {
  edit(td, character);
  if (editing()) return;
  refusing = td;
  refusedAt = performance.now();
  typedOver = character;
  td.addEventListener("focus", () => (refusing = null), { once: true });
}

/** Let the list of the cell's worklogs offer the text as new time. */
function offerTyped() {
  const button = byId("log-more", HTMLButtonElement);
  const text = first(button, "[data-more]", HTMLElement);
  if (!button || !text) return;
  const [duration, comment] = split(typedOver);
  text.dataset.more ||= text.textContent;
  text.textContent = t("{name}: {value}", { name: text.dataset.more, value: duration });
  button.setAttribute("hx-vals", JSON.stringify({ duration, comment: comment ?? "" }));
  whenHere(() => button.focus());
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!refusing || !ctx.listOf) return;
  // Nobody has seen the list before it came.
  refusedAt = performance.now();
  offerTyped();
});

/** @param {KeyboardEvent} event */
function belongsToRefused(event) {
  const late = performance.now() - refusedAt > PAUSE;
  const erases = event.key === "Backspace" && !late;
  if (event.target === refusing) return isCharacter(event) || erases;
  if (late || !(event.target instanceof Element) || !event.target.closest("dialog")) refusing = null;
  return refusing !== null && (isCharacter(event) || event.key === "Enter" || erases);
}

document.addEventListener(
  "keydown",
  (event) => {
    if (!refusing || !belongsToRefused(event)) return;
    refusedAt = performance.now();
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") return;
    typedOver = event.key === "Backspace" ? typedOver.slice(0, -1) : typedOver + event.key;
    offerTyped();
  },
  true,
);

/** After Escape, the next Tab leaves the grid, so that keyboard users are not trapped in it. */
let released = false;

/** @param {HTMLTableCellElement} td */
function release(td) {
  released = true;
  refusing = null;
  forget(td);
  focus(td);
  document.dispatchEvent(new CustomEvent("grid:escape"));
}

/** @param {KeyboardEvent} event
 * @param {HTMLTableCellElement} td */
function tab(event, td) {
  const next = released ? null : nextInOrder(td, event.shiftKey ? -1 : 1);
  released = false;
  if (!next) return false;
  focusByTab(td, next);
  return true;
}

/** Clear the selected cells. For a cell with several worklogs, open their list instead. */
function clear() {
  const selected = block().flat();
  const filled = selected.filter((td) => textOf(td) !== "" && !keptOf(td));
  const many = filled.find(several);
  if (many) openList(many);
  else saveAll(filled.map((td) => [td, ""]));
  const closed = selected.find(keptOf);
  if (closed && !many) explainClosed(closed, "", limitOf(closed, "kept"));
}

document.addEventListener("keydown", (event) => {
  const field = fieldAt(event.target);
  const time = commentAt(event.target) && editing();
  if (field) keyWhileEditing(event, field);
  else if (time) keyInComment(event, time);
  if (field || time) return;
  const td = cellOf(event.target);
  if (td && event.target === td && keyOnCell(event, td)) {
    event.preventDefault();
    event.stopPropagation();
  }
});

document.addEventListener("pointerdown", (event) => {
  const td = cellOf(event.target);
  if (!td || fieldAt(event.target) || commentAt(event.target) || event.button !== 0) return;
  event.preventDefault();
  // A finger may begin to scroll here, so only its click focuses.
  if (event.pointerType === "touch") return;
  press(td, event.shiftKey);
  beginDrag(event);
});

document.addEventListener("click", (event) => {
  const td = cellOf(event.target);
  if (!td || event.pointerType !== "touch" || fieldAt(event.target) || commentAt(event.target)) return;
  press(td, false);
  if (!editing()) edit(td, textOf(td));
});

// On narrow screens, Tab leads to a cell of the day that is shown.
function activateShown() {
  const active = activeCell();
  const column = shownColumn();
  if (active && column !== null) activate(rowOf(active).cells[column + 1]);
}

document.addEventListener("click", (event) => {
  if (closest(event.target, ".day-strip button, .day-bar button", HTMLElement)) activateShown();
});

document.addEventListener("dblclick", (event) => {
  const td = cellOf(event.target);
  if (td && !editing()) edit(td, textOf(td));
});

/* Keep the focus across swaps */

document.addEventListener("htmx:before:swap", (event) => {
  if (event.defaultPrevented) return;
  const td = cellOf(document.activeElement);
  if (td) remember(placeOf(td));
  document.body.dataset.focusWas = td && !editing() ? "grid" : (document.activeElement?.id ?? "");
});

document.addEventListener("htmx:after:swap", () => {
  const was = document.body.dataset.focusWas;
  if (!table()) return;
  markPending();
  selectAgain();
  resume();
  const td = activeCell();
  if (td && !grid().querySelector("td[tabindex]")) activate(td);
  const now = document.activeElement;
  // A morph may make the focused element the cell of another day, where it has an equal cell for this one.
  const astray = was === "grid" && now !== td && cellOf(now) !== null;
  const lost = was && (now === document.body || astray);
  if (was === "grid" && td) reveal(td.cellIndex - 1);
  else activateShown();
  if (lost) whenHere(() => (was === "grid" ? td : document.getElementById(was))?.focus());
  const { added } = grid().dataset;
  delete grid().dataset.added; // A later swap must not take the focus from the field.
  const adding = byId("add-issue", HTMLInputElement);
  if (added && adding && adding === document.activeElement && adding.value === "")
    focus(cellAt({ issue: added, day: dayAt(firstColumn()) }));
});

// The first Escape closes the list of issues, the next one leaves the field.
document.addEventListener("keydown", (event) => {
  const box = byId("add-issue", HTMLInputElement);
  if (event.key !== "Escape" || !box || event.target !== box || box.ariaExpanded === "true") return;
  box.value = "";
  activeCell()?.focus();
});

window.addEventListener("beforeunload", (event) => {
  if (pending() || hasRefused() || isTyped(editing())) event.preventDefault();
});

if (table()) activate(activeCell());
