// Keys and links of issues that are pasted: into the field for adding an issue they become rows at once, and into the
// grid they are offered as rows. The server reads the text; this module only distinguishes it from words and from blocks of cells.

import { byId, first, fromTemplate } from "../page/elements.js";
import { show } from "../page/flags.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import { cellAt, placeOf } from "./cells.js";

const KEY = /(?:^|[^A-Za-z0-9_])[A-Z][A-Z0-9_]+-\d/;
const WHOLE_KEY = /[A-Z][A-Z0-9_]+-\d+/;
const IN_LINK = /https?:\/\/\S*(?:browse\/|issues\/|selectedIssue=)[a-z][a-z0-9_]+-\d/i;
const ONLY_KEYS = /^[\s,;|]*(?:[a-z][a-z0-9_]+-\d{1,10}(?:[\s,;|]+|$))+$/i;
/** A time, or the dash that spreadsheets show for zero. */
const TIME = /^(?:[\d.,¼½¾]|[-–—−]$)/;
const NUMBERED = /^\d+[.)]\s+/;
const LONGEST_WORDS = 200;

/** Return true if a text names issues, by keys or links.
 * @param {string} text */
const namesIssues = (text) => KEY.test(text) || IN_LINK.test(text) || ONLY_KEYS.test(text);

/** Return true if every line of a text names an issue and no cell of it is a time.
 * @param {string} text */
export function isKeyList(text) {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(NUMBERED, ""))
    .filter(Boolean);
  const cells = lines.flatMap((line) => line.split("\t")).map((cell) => cell.trim());
  return lines.length > 0 && lines.every(namesIssues) && !cells.some((cell) => TIME.test(cell));
}

/** @param {string} text */
const hasLetters = (text) => /\p{L}/u.test(text);

/** A block whose lines begin with names: the key of the issue of each line (empty if it names none), and its times.
 * @typedef {{keys: string[], values: string[][]}} Labeled */

/** Return a block of times whose first columns name issues; null for any other one. A line above the times is their head. An
 * empty column after the names is a day without time.
 * @param {string[][]} lines
 * @returns {Labeled | null} */
export function labeledIn(lines) {
  const timed = lines.filter((line) => line.some((cell) => TIME.test(cell)));
  const first = Math.min(...timed.map((line) => line.findIndex((cell) => TIME.test(cell))));
  if (!timed.length || !first || !timed.every((line) => line.slice(0, first).some(hasLetters))) return null;
  const keyOf = (/** @type {string[]} */ line) => line.slice(0, first).join(" ").match(WHOLE_KEY)?.[0] ?? "";
  const names = Math.max(...timed.map((line) => line.slice(0, first).findLastIndex(hasLetters))) + 1;
  return { keys: timed.map(keyOf), values: timed.map((line) => line.slice(names)) };
}

/** @param {string} text */
function addRows(text) {
  const form = byId("row-paste", HTMLFormElement);
  const field = first(form, "[name=text]", HTMLInputElement);
  if (!form || !field) return;
  field.value = text;
  form.requestSubmit();
  say(t("Adding rows …"));
}

/* The field for adding an issue */

/** The text that was sent. It returns to the field if it adds nothing.
 * @type {string} */
let sent = "";

document.addEventListener("paste", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || box.id !== "add-issue") return;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const whole = box.selectionStart === 0 && box.selectionEnd === box.value.length;
  if (!whole || !namesIssues(text)) return;
  event.preventDefault();
  box.value = "";
  sent = text;
  addRows(text);
});

document.addEventListener("htmx:finally:request", (event) => {
  const { sourceElement: form, response } = event.detail.ctx;
  if (!(form instanceof HTMLElement) || form.id !== "row-paste") return;
  const box = byId("add-issue", HTMLInputElement);
  if (sent && box?.value === "" && (!response || response.status >= 400)) {
    box.value = sent.replace(/\s+/g, " ").trim().slice(0, LONGEST_WORDS);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  sent = "";
});

/* The offer for a text that is pasted into the grid */

/** Offer rows for a text that was pasted into a cell; the keyboard returns to it.
 * @param {string} text
 * @param {HTMLTableCellElement} td
 * @param {string} [why] */
export function offerRows(text, td, why = t("These are keys of issues, not times.")) {
  const flag = first(fromTemplate("pasted-keys"), ".flag", HTMLElement);
  const paragraph = first(flag, "p", HTMLElement);
  const button = first(flag, "[data-add-pasted]", HTMLButtonElement);
  if (!flag || !paragraph || !button) throw new Error("the template of a message is incomplete");
  const place = placeOf(td);
  byId("pasted-keys-text", HTMLElement)?.closest(".flag")?.remove();
  paragraph.textContent = why;
  const back = () => {
    flag.remove();
    cellAt(place)?.focus();
  };
  button.addEventListener("click", () => {
    back();
    addRows(text);
  });
  flag.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    back();
  });
  show(flag);
  button.focus();
}
