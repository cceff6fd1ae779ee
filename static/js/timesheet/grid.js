// The grid works like a spreadsheet: one cell has the focus, typing replaces its content, Enter and Tab save and move on.
// Durations are parsed on the server.

import { returnFocusTo } from "../page/dialog.js";
import { inReadingOrder } from "../page/direction.js";
import { byId, closest, first } from "../page/elements.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import {
  cellAt,
  cellOf,
  closedOf,
  dayAt,
  editing,
  firstColumn,
  grid,
  keepSeen,
  label,
  placeOf,
  rowOf,
  seenIn,
  several,
  table,
  textOf,
} from "./cells.js";
import { fillDown } from "./clipboard.js";
import { commentAt, commentField, openComment, split, typedIn } from "./comment.js";
import { pending } from "./flights.js";
import {
  activate,
  activeCell,
  block,
  edge,
  endOfRow,
  focus,
  neighbor,
  nextInOrder,
  pageAway,
  remember,
  selectAgain,
  selectAll,
} from "./focus.js";
import { reveal, shownColumn } from "./narrow.js";
import { explainClosed, forget, goToRefused, hasRefused } from "./refused.js";
import { markPending, save, saveAll } from "./saving.js";

/** @typedef {import("./cells.js").Place} Place */

/** @type {Record<string, [number, number]>} */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @type {Record<string, number>} */
const PAGES = { PageUp: -1, PageDown: 1 };

let leaving = false;
/** True if an answer was not shown because somebody was typing in a cell that it does not have. */
let behind = false;

/* Editing */

/** @param {HTMLTableCellElement} td
 * @param {string} text */
function edit(td, text) {
  if (several(td)) {
    openList(td);
    return;
  }
  if (closedOf(td)) {
    explainClosed(td);
    return;
  }
  openField(td, text);
}

/** @param {HTMLTableCellElement} td
 * @param {string} text */
function openField(td, text) {
  const [time, comment] = split(text);
  const input = document.createElement("input");
  input.className = "cell-input";
  input.maxLength = 40;
  input.autocomplete = "off";
  input.value = time;
  input.setAttribute("aria-label", label(td));
  if (td.classList.contains("refused")) {
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", "cell-problem");
  }
  td.append(input);
  input.focus();
  if (time.length > 1) input.select();
  if (comment !== null) openComment(td, comment);
}

/** Edit a cell with the field of its comment open.
 * @param {HTMLTableCellElement} td */
function editComment(td) {
  edit(td, textOf(td));
  if (editing()) openComment(td);
}

/** Return the cell that contains a field.
 * @param {HTMLInputElement} input
 * @returns {HTMLTableCellElement} */
function cellAround(input) {
  const td = closest(input, "td", HTMLTableCellElement);
  if (!td) throw new Error("this field is in no cell");
  return td;
}

/** Stop editing. With ``keep``, save the text if it changed.
 * @param {HTMLInputElement} input
 * @param {boolean} keep */
function finish(input, keep) {
  const td = cellAround(input);
  const text = typedIn(td, input.value.trim());
  leaving = true;
  commentField(td)?.remove();
  input.remove();
  leaving = false;
  if (keep && (text !== textOf(td) || td.classList.contains("refused"))) save(td, text);
  else {
    delete td.dataset.seen;
    if (!keep) forget(td);
  }
  if (behind) window.htmx.trigger(document.body, "changed-elsewhere");
  behind = false;
}

/* The list of a cell's worklogs, and the dialog */

/** @param {HTMLTableCellElement} td */
function openList(td) {
  const place = placeOf(td);
  returnFocusTo(() => cellAt(place));
  window.htmx.ajax("GET", grid().dataset.cell ?? "", {
    source: td,
    target: "#dialog",
    swap: "innerHTML",
    values: { issue: place.issue, day: place.day },
  });
}

/* Keys and pointer */

/** @param {KeyboardEvent} event
 * @param {HTMLInputElement} input */
function keyWhileEditing(event, input) {
  const td = cellAround(input);
  const place = placeOf(td);
  /** @type {Record<string, [number, number]>} */
  const steps = { Enter: event.shiftKey ? [-1, 0] : [1, 0], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
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
    focus(next);
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
  } else if (!(key in MOVES) || altKey) keyWhileEditing(event, input);
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
  else if (event.key === "Enter" && event.shiftKey) openList(td);
  else if (event.key === "Enter" || event.key === "F2") edit(td, textOf(td));
  else if (event.key === "Delete" || event.key === "Backspace") clear();
  else if (event.key === "Home") focus(endOfRow(td, -1, whole), event.shiftKey);
  else if (event.key === "End") focus(endOfRow(td, 1, whole), event.shiftKey);
  else if (event.key in PAGES && !whole) focus(pageAway(td, PAGES[event.key]), event.shiftKey);
  else if (event.key.toLowerCase() === "d" && whole) fillDown();
  else if (event.key.toLowerCase() === "a" && whole && !event.shiftKey) selectAll(td);
  else if (event.key === "Escape") release(td);
  else if (event.key === "Tab") return tab(event, td);
  else if (/^[0-9.,]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey)
    edit(td, event.key);
  else return false;
  return true;
}

/** After Escape, the next Tab leaves the grid, so that keyboard users are not trapped in it. */
let released = false;

/** @param {HTMLTableCellElement} td */
function release(td) {
  released = true;
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
  focus(next);
  return true;
}

/** Clear the selected cells. For a cell with several worklogs, open their list instead. */
function clear() {
  const selected = block().flat();
  const filled = selected.filter((td) => textOf(td) !== "" && !closedOf(td));
  const many = filled.find(several);
  if (many) openList(many);
  else saveAll(filled.map((td) => [td, ""]));
  const closed = selected.find(closedOf);
  if (closed && !many) explainClosed(closed);
}

/** @param {EventTarget | null} target
 * @returns {HTMLInputElement | null} the field, if it is one of a cell */
const fieldAt = (target) =>
  target instanceof HTMLInputElement && target.matches(".cell-input") ? target : null;

/** Return true if the focus stays in the fields of one cell.
 * @param {HTMLInputElement} field
 * @param {EventTarget | null} next */
const staysIn = (field, next) => (fieldAt(next) ?? commentAt(next))?.parentElement === field.parentElement;

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

// A semicolon ends the time, whether typed or pasted, or composed by an input method, which still needs its text before its end.
for (const kind of ["input", "compositionend"]) {
  document.addEventListener(kind, (event) => {
    const field = fieldAt(event.target);
    const [time, comment] = split(field?.value ?? "");
    if (!field || comment === null || (event instanceof InputEvent && event.isComposing)) return;
    field.value = time;
    openComment(cellAround(field), comment);
  });
}

document.addEventListener("focusout", (event) => {
  const field = fieldAt(event.target) ?? (commentAt(event.target) && editing());
  if (!leaving && field && !staysIn(field, event.relatedTarget)) finish(field, true);
});

document.addEventListener("pointerdown", (event) => {
  const td = cellOf(event.target);
  if (!td || fieldAt(event.target) || commentAt(event.target) || event.button !== 0) return;
  event.preventDefault();
  const input = editing();
  if (input) finish(input, true);
  focus(td, event.shiftKey);
});

document.addEventListener("click", (event) => {
  const td = cellOf(event.target);
  if (td && event.pointerType === "touch" && !editing()) edit(td, textOf(td));
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

/** The text that somebody is typing while the sheet is swapped, and the field of its comment, if there is one. It is typed
 * over the worklogs that were ``seen``; a field that was only opened has a text of the sheet.
 * @type {{place: Place, text: string, typed: boolean, seen: string, selection: [number | null, number | null],
 *   comment: HTMLTextAreaElement | null, inComment: boolean} | null} */
let typed = null;

/** Return true if the cell is still on the screen after these swaps.
 * @param {HtmxTask[]} tasks
 * @param {Place} place */
function keeps(tasks, { issue, day }) {
  const sheet = tasks.map((task) => task.fragment?.querySelector("#sheet")).find(Boolean);
  if (!sheet) return true;
  const { first: from, last } = first(sheet, "#grid", HTMLElement)?.dataset ?? {};
  return (
    from !== undefined &&
    last !== undefined &&
    from <= day &&
    day <= last &&
    sheet.querySelector(`#r${issue}`) !== null
  );
}

document.addEventListener("htmx:before:swap", (event) => {
  const input = editing();
  typed = input && {
    place: placeOf(cellAround(input)),
    text: input.value,
    typed: isTyped(input),
    seen: seenIn(cellAround(input)),
    selection: [input.selectionStart, input.selectionEnd],
    comment: commentField(),
    inComment: commentAt(document.activeElement) !== null,
  };
  if (typed && !keeps(event.detail.tasks, typed.place)) {
    // Showing other days would discard a half-typed text, so ignore them; the person can request them again.
    event.preventDefault();
    say(t("These days stay on the screen because you are typing."));
    behind = true;
    return;
  }
  leaving = typed !== null;
  const td = cellOf(document.activeElement);
  if (td) remember(placeOf(td));
  document.body.dataset.focusWas = td && !editing() ? "grid" : (document.activeElement?.id ?? "");
});

document.addEventListener("htmx:after:swap", () => {
  const was = document.body.dataset.focusWas;
  leaving = false;
  if (!table()) return;
  markPending();
  selectAgain();
  resume();
  const td = activeCell();
  if (td && !grid().querySelector("td[tabindex]")) activate(td);
  const lost = was && document.activeElement === document.body;
  if (was === "grid" && td) reveal(td.cellIndex - 1);
  else activateShown();
  if (lost && was === "grid") td?.focus();
  else if (lost) document.getElementById(was)?.focus();
  const { added } = grid().dataset;
  delete grid().dataset.added; // A later swap must not take the focus from the field.
  const adding = byId("add-issue", HTMLInputElement);
  if (added && adding && adding === document.activeElement && adding.value === "")
    focus(cellAt({ issue: added, day: dayAt(firstColumn()) }));
});

/** Restore the field that a swap removed while somebody was typing. */
function resume() {
  const td = typed && !editing() ? cellAt(typed.place) : null;
  if (!typed || !td) return;
  const { comment, inComment } = typed;
  openField(td, typed.typed ? typed.text : textOf(td));
  if (typed.typed) {
    keepSeen(td, typed.seen);
    editing()?.setSelectionRange(...typed.selection);
  }
  if (!comment) return;
  td.append(comment);
  if (inComment) comment.focus();
}

/** Return true if something was typed in the fields of a cell.
 * @param {HTMLInputElement | null} input */
function isTyped(input) {
  const td = input && cellAround(input);
  return td !== null && typedIn(td, input?.value.trim() ?? "") !== textOf(td);
}

window.addEventListener("beforeunload", (event) => {
  if (pending() || hasRefused() || isTyped(editing())) event.preventDefault();
});

if (table()) activate(activeCell());
