// The comment of a cell: a second field below the time, which opens with a semicolon or Alt+Enter. What is typed in both is
// one text with a semicolon between them, so it is queued, refused, and tried again like a time.
import { closest, first } from "../page/elements.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import { placeBeside } from "../page/placement.js";
import { cellNames, readWorklogs, textOf } from "./cells.js";

/** Return the field of a comment that is being typed.
 * @param {ParentNode} [where] */
export const commentField = (where = document) => first(where, ".cell-comment", HTMLTextAreaElement);

/** @param {EventTarget | null} target
 * @returns {HTMLTextAreaElement | null} the field, if it is that of a comment */
export const commentAt = (target) =>
  target instanceof HTMLTextAreaElement && target.matches(".cell-comment") ? target : null;

/** The text that the server asks about, because the semicolon may be a mistyped colon. It is corrected as one text. */
const MISTYPED = /^\s*\d{1,2}\s*[;；]\s*[0-5]\d\s*$/;

/** Return the time and the comment of a typed text; the comment is null without a semicolon.
 * @param {string} text
 * @returns {[string, string | null]} */
export function split(text) {
  const at = MISTYPED.test(text) ? -1 : text.search(/[;；]/);
  return at < 0 ? [text.trim(), null] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Return a text with the comment of the one that it replaces before that is saved. Like a saved comment, it stays with a time
 * that has none of its own, and goes if its cell was cleared in between.
 * @param {string} text
 * @param {string} [before] */
export function takeOver(text, before) {
  const [time, comment] = split(text);
  const kept = before === "" ? "" : split(before ?? "")[1];
  return kept === null || comment !== null || time === "" ? text : `${text}; ${kept}`;
}

/** Return what is typed in a cell. A comment that is as it was does not belong to it.
 * @param {HTMLTableCellElement} td
 * @param {string} time */
export function typedIn(td, time) {
  const field = commentField(td);
  const same = !field || field.value.trim() === field.defaultValue.trim();
  return same ? time : `${time}; ${field.value.trim()}`;
}

/** Open the field of the comment, or go to it.
 * @param {HTMLTableCellElement} td
 * @param {string} [text] a comment that was typed already */
export function openComment(td, text = "") {
  const field = commentField(td) ?? made(td);
  if (text) field.value = text;
  else if (!field.value) load(td, field);
  grow(field);
  field.focus();
  document.dispatchEvent(new CustomEvent("grid:focus", { detail: td }));
}

/** @param {HTMLTableCellElement} td */
function made(td) {
  const field = document.createElement("textarea");
  field.className = "cell-comment";
  field.dir = "auto";
  field.maxLength = 32000;
  field.rows = 1;
  field.autocomplete = "off";
  field.setAttribute("aria-label", t("Comment on {issue}, {day}", cellNames(td)));
  td.append(field);
  return field;
}

/** Show the comment that Jira has, selected, so that typing replaces it. What is typed meanwhile replaces it too. Without
 * one, offer the last comment on the issue.
 * @param {HTMLTableCellElement} td
 * @param {HTMLTextAreaElement} field */
async function load(td, field) {
  const commented = td.classList.contains("c") && textOf(td) !== "";
  const worklogs = await readWorklogs(td, !commented);
  const comment = commented ? (worklogs.querySelector(".tip-comment")?.textContent ?? "") : "";
  const last = first(worklogs, "[data-last]", HTMLElement)?.dataset.last;
  if (last && !commented && !field.value && field.isConnected) offer(field, last);
  if (!comment || field.value) return;
  field.defaultValue = comment;
  field.value = comment;
  grow(field);
  if (document.activeElement === field) field.select();
}

/** @param {HTMLTextAreaElement} field
 * @param {string} last */
function offer(field, last) {
  field.dataset.last = last;
  field.placeholder = `↓ ${last.replace(/\s+/g, " ")}`;
  grow(field);
  say(t("Arrow down uses the last comment: {comment}", { comment: last }));
}

/** Fill an empty field with the comment that it offers.
 * @param {HTMLTextAreaElement | null} field
 * @returns {boolean} false if it has a text, or offers none */
export function takeLast(field) {
  if (!field || field.value || !field.dataset.last) return false;
  field.value = field.dataset.last;
  grow(field);
  return true;
}

/** Give a field the height of its text, and the place that it needs with it.
 * @param {HTMLTextAreaElement} field */
function grow(field) {
  field.rows = Math.min(Math.max(field.value.split("\n").length, 1), 6);
  const td = closest(field, "td", HTMLTableCellElement);
  if (td) place(td, field);
}

/** @param {HTMLTableCellElement} td
 * @param {HTMLTextAreaElement} field */
const place = (td, field) => placeBeside(field, td.getBoundingClientRect(), { atEnd: true });

document.addEventListener("input", (event) => {
  const field = commentAt(event.target);
  if (field) grow(field);
});

// The cell moves under a field that stays in place.
document.addEventListener(
  "scroll",
  () => {
    const field = commentField();
    const td = closest(field, "td", HTMLTableCellElement);
    if (field && td) place(td, field);
  },
  { capture: true, passive: true },
);
