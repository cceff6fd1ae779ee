// The field of a cell: open it, close it with or without a save, and keep what is typed in it while the sheet is swapped.
// Durations are parsed on the server.
import { returnFocusTo } from "../page/dialog.js";
import { closest, first } from "../page/elements.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import {
  cellAt,
  cellOf,
  closedOf,
  editing,
  grid,
  keepSeen,
  label,
  placeOf,
  seenIn,
  several,
  textOf,
} from "./cells.js";
import { commentAt, commentField, openComment, split, typedIn } from "./comment.js";
import { drop, explainClosed, forget } from "./refused.js";
import { save } from "./saving.js";
import { discardTry } from "./tries.js";

/** @typedef {import("./cells.js").Place} Place */

/** True while a field is removed by this module or by a swap, so that nothing is saved because it lost the focus. */
let leaving = false;
/** True if an answer was not shown because somebody was typing in a cell that it does not have. */
let behind = false;

/** Edit a cell. One with several worklogs opens their list, and a closed one says why it cannot change.
 * @param {HTMLTableCellElement} td
 * @param {string} text the text that its field begins with */
export function edit(td, text) {
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
export function editComment(td) {
  edit(td, textOf(td));
  if (editing()) openComment(td);
}

/** Return the cell that contains a field.
 * @param {HTMLInputElement} input
 * @returns {HTMLTableCellElement} */
export function cellAround(input) {
  const td = closest(input, "td", HTMLTableCellElement);
  if (!td) throw new Error("this field is in no cell");
  return td;
}

/** Stop editing. With ``keep``, save the text if it changed.
 * @param {HTMLInputElement} input
 * @param {boolean} keep */
export function finish(input, keep) {
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

/** The cell whose list was asked for, until the focus moves on or Escape is pressed.
 * @type {Place | null} */
let awaited = null;

document.addEventListener("grid:focus", () => (awaited = null));
document.addEventListener("focusin", ({ target }) => {
  if (!cellOf(target)) awaited = null;
});

// A list that arrives too late is not opened: nobody waits for it anymore.
document.addEventListener("htmx:before:swap", (event) => {
  const { listOf: place } = event.detail.ctx;
  if (!place || event.defaultPrevented) return;
  if (place === awaited) {
    const td = cellAt(place);
    filled = td?.classList.contains("refused") ? place : null;
    returnFocusTo(() => cellAt(place));
  } else event.preventDefault();
});

/** The refused cell whose text is in the dialog.
 * @type {Place | null} */
let filled = null;

/** The refused cell whose text a dialog logs. The dialog may be closed before the answer.
 * @type {WeakMap<HtmxContext, Place>} */
const logging = new WeakMap();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (filled && ctx.sourceElement?.matches("#worklog-form")) logging.set(ctx, filled);
});

// Once the dialog has logged that text, it is no longer one that was not saved.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const place = logging.get(ctx);
  if (!place || !ctx.response || ctx.response.status >= 400) return;
  const td = cellAt(place);
  if (td) forget(td);
  else {
    drop(place);
    discardTry(place);
  }
});

document.addEventListener("close", () => (filled = null), true);

/** Open the list of a cell's worklogs in the dialog, or the form without any, with a text that was refused.
 * @param {HTMLTableCellElement} td
 * @param {string} [text] */
export function openList(td, text = td.classList.contains("refused") ? textOf(td) : "") {
  const place = placeOf(td);
  awaited = place;
  window.htmx.ajax("GET", grid().dataset.cell ?? "", {
    source: td,
    target: "#dialog",
    swap: "innerHTML",
    listOf: place,
    values: { issue: place.issue, day: place.day, ...fieldsOf(text) },
  });
}

/** Return the text of a cell as fields of the form for new time.
 * @param {string} text
 * @returns {Record<string, string>} */
function fieldsOf(text) {
  if (!text) return {};
  const [duration, comment] = split(text);
  return { duration, comment: comment ?? "" };
}

/** @param {EventTarget | null} target
 * @returns {HTMLInputElement | null} the field, if it is one of a cell */
export const fieldAt = (target) =>
  target instanceof HTMLInputElement && target.matches(".cell-input") ? target : null;

/** Return true if the focus stays in the fields of one cell.
 * @param {HTMLInputElement} field
 * @param {EventTarget | null} next */
const staysIn = (field, next) => (fieldAt(next) ?? commentAt(next))?.parentElement === field.parentElement;

// Typed over a text that is selected as a whole, as after Enter or F2, a semicolon keeps the time.
document.addEventListener("beforeinput", (event) => {
  const field = fieldAt(event.target);
  if (!field?.value || event.isComposing || !/^[;；]$/.test(event.data ?? "")) return;
  if (field.selectionStart !== 0 || field.selectionEnd !== field.value.length) return;
  event.preventDefault();
  openComment(cellAround(field));
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
  if (event.defaultPrevented) return;
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
  leaving = typed !== null && keeps(event.detail.tasks, typed.place);
  if (!typed || leaving) return;
  // Showing other days would discard a half-typed text, so ignore them; the person can request them again.
  event.preventDefault();
  say(t("These days stay on the screen because you are typing."));
  behind = true;
});

document.addEventListener("htmx:after:swap", () => {
  leaving = false;
});

/** Restore the field that a swap removed while somebody was typing. */
export function resume() {
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
export function isTyped(input) {
  const td = input && cellAround(input);
  return td !== null && typedIn(td, input?.value.trim() ?? "") !== textOf(td);
}
