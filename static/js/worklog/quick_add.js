// Quick add: Enter logs every line of the field, one after the other. Logged lines disappear; the others come back
// with their reasons. Nobody has to wait: the next line can be typed while the earlier ones are being logged.

import { all, byId, fromTemplate, the } from "../page/elements.js";
import { t, tn } from "../page/language.js";
import { say } from "../page/live.js";
import { newKey } from "../page/new_key.js";
import { cellsOf } from "../timesheet/clipboard.js";
import { activeCell } from "../timesheet/focus.js";
import { wasRefused } from "../timesheet/tries.js";
import { offerUndo } from "../timesheet/undo.js";

const MOST_ROWS = 8;

/** Lines that were logged with one Enter. ``back``: how many of them came back.
 * @typedef {{all: number, left: number, back: number, tokens: string[]}} Batch */
/** A line that was sent. Its element shows it, and receives the response. ``again``: an earlier try has an unknown outcome.
 * @typedef {{text: string, key: string, again: boolean, today: string, batch: Batch, item: HTMLElement}} Line */

/** Lines with an unknown outcome. A line keeps its key while it is the same line, so it is never logged twice, although
 * another try may be refused.
 * @type {{text: string, key: string}[]} */
const unsure = [];
/** The reasons why lines came back, by their text.
 * @type {Map<string, Node[]>} */
const reasons = new Map();
/** @type {Line[]} */
const waiting = [];
let busy = false;

const field = () => byId("quick-line", HTMLTextAreaElement);

/** @param {string} text */
const linesOf = (text) => text.split(/\r\n|\r|\n/).filter((line) => line.trim());

/** @param {HTMLTextAreaElement} box */
function grow(box) {
  box.rows = Math.min(Math.max(box.value.split("\n").length, 1), MOST_ROWS);
}

/** Show other text in the field, and what it means.
 * @param {HTMLTextAreaElement} box
 * @param {string} text */
function show(box, text) {
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/* Logging */

/** Log the lines of the field; those beyond what can be logged at once stay in it.
 * @param {HTMLTextAreaElement} box */
function logAll(box) {
  const lines = linesOf(box.value);
  if (!lines.length) return;
  const texts = lines.splice(0, Number(the("quick-add", HTMLElement).dataset.most));
  const batch = { all: texts.length, left: texts.length, back: 0, tokens: [] };
  const today = byId("quick-read", HTMLElement)?.dataset.today ?? "";
  for (const text of texts) {
    const item = document.createElement("li");
    item.textContent = text;
    the("quick-sent", HTMLElement).append(item);
    const earlier = earlierKey(text);
    waiting.push({ text, key: earlier ?? newKey(), again: earlier !== undefined, today, batch, item });
    reasons.delete(text);
  }
  typed = [];
  show(box, lines.join("\n"));
  if (!busy) sendNext();
}

/** Return the key that a line had when its outcome became unknown.
 * @param {string} text */
function earlierKey(text) {
  const at = unsure.findIndex((line) => line.text === text);
  return at < 0 ? undefined : unsure.splice(at, 1)[0].key;
}

async function sendNext() {
  const line = waiting.shift();
  busy = line !== undefined;
  if (!line) return;
  const { text, key, today, batch, item } = line;
  const values = { line: text, key, today };
  await window.htmx.ajax("POST", byId("quick-add", HTMLElement)?.dataset.log ?? "", {
    source: item,
    target: item,
    swap: "innerHTML",
    values: batch.all > 1 ? { ...values, part: "1" } : values,
  });
  settle(line);
  sendNext();
}

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: item, response } = event.detail.ctx;
  if (item instanceof HTMLElement && item.matches("#quick-sent > li") && response)
    item.dataset.status = `${response.status}`;
});

/** @param {Line} line */
function settle({ text, key, again, batch, item }) {
  const status = item.dataset.status === undefined ? undefined : Number(item.dataset.status);
  item.remove();
  if (status !== undefined && status < 400) {
    const logged = item.querySelector("[data-logged]");
    if (logged instanceof HTMLElement) batch.tokens.push(logged.dataset.logged ?? "");
  } else {
    if (again || !wasRefused(status)) unsure.push({ text, key });
    const entry = status === undefined ? fromTemplate("offline") : item;
    const reason = all(entry, "p", HTMLElement);
    for (const part of all(item, "[role='alert']", HTMLElement)) part.removeAttribute("role");
    bringBack(text, reason, batch, wasRefused(status));
  }
  batch.left -= 1;
  if (!batch.left) finish(batch);
}

/** Put a line that was not logged back into the field, above the text that is typed there by now.
 * @param {string} text
 * @param {HTMLElement[]} reason
 * @param {Batch} batch
 * @param {boolean} refused false if it may be logged all the same */
function bringBack(text, reason, batch, refused) {
  reasons.set(text, reason);
  const value = reason[0]?.textContent ?? "";
  say(
    refused
      ? t("Not logged: “{line}”. {reason}", { line: text, reason: value })
      : t("{name}: {value}", { name: text, value }),
  );
  const box = field();
  if (!box) return;
  const lines = box.value === "" ? [] : box.value.split("\n");
  const { selectionStart: start, selectionEnd: end } = box;
  const before = lines.slice(0, batch.back).join("\n").length;
  lines.splice(batch.back, 0, text);
  batch.back += 1;
  const moved = lines.length > 1 ? text.length + 1 : text.length;
  show(box, lines.join("\n"));
  if (start >= before) box.setSelectionRange(start + moved, end + moved);
}

/** @param {Batch} batch */
function finish({ all: count, back, tokens }) {
  if (count === back) return;
  window.htmx.trigger(document.body, "sheet-changed");
  if (count === 1) return;
  const done = count - back;
  const sentence =
    back > 0
      ? t("{count} of {all} lines logged.", { count: done, all: count })
      : tn("{count} line logged.", "{count} lines logged.", count);
  say(sentence);
  offerUndo(sentence, tokens.filter(Boolean));
}

/* Typing */

/** The lines as they were before the last change, to see which of them changed.
 * @type {string[]} */
let typed = [];

/** A line that is edited stays the same line; one that is typed anew is another.
 * @param {string[]} lines */
function follow(lines) {
  const changed =
    lines.length === typed.length ? lines.flatMap((line, n) => (line === typed[n] ? [] : [n])) : [];
  const line = changed.length === 1 && unsure.find(({ text }) => text === typed[changed[0]]);
  if (line && alike(line.text, lines[changed[0]])) line.text = lines[changed[0]];
  typed = lines;
}

/** Return true if most of the shorter text is the beginning and the end of the longer one.
 * @param {string} one
 * @param {string} two */
function alike(one, two) {
  const least = Math.min(one.length, two.length);
  let head = 0;
  while (head < least && one[head] === two[head]) head += 1;
  let tail = 0;
  while (tail < least - head && one.at(-1 - tail) === two.at(-1 - tail)) tail += 1;
  return head + tail > least / 2;
}

document.addEventListener("input", (event) => {
  const box = field();
  if (!box || event.target !== box) return;
  grow(box);
  follow(linesOf(box.value));
});

// Spreadsheets put a cell with a quote or a line break in quotes. Its text becomes part of one line.
document.addEventListener("paste", (event) => {
  const text = (event.clipboardData?.getData("text/plain") ?? "").replaceAll("\r\n", "\n");
  if (event.target !== field() || !/(?:^|[\t\n])"/.test(text)) return;
  event.preventDefault();
  const lines = cellsOf(text).map((cells) => cells.join("\t").replaceAll("\n", " "));
  document.execCommand("insertText", false, lines.join("\n"));
});

/** The element to return to with Escape.
 * @type {Element | null} */
let from = null;

document.addEventListener("focusin", (event) => {
  if (event.target === field() && event.relatedTarget instanceof Element) from = event.relatedTarget;
});

document.addEventListener("keydown", (event) => {
  const box = field();
  if (!box || event.target !== box) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    logAll(box);
  } else if (event.key === "Escape") {
    box.blur();
    const back = from?.isConnected ? from : activeCell();
    if (back instanceof HTMLElement) back.focus();
  }
});

// The reason why a line came back is shown with its meaning.
document.addEventListener("htmx:after:swap", (event) => {
  const box = field();
  if (!box || event.detail.ctx.target?.id !== "quick-reading") return;
  const lines = linesOf(box.value);
  all(document, "#quick-read .quick-line", HTMLElement).forEach((item, n) => {
    const reason = reasons.get(lines[n]);
    if (!reason || item.matches(".wrong")) return;
    item.classList.add("wrong");
    item.append(...reason.map((part) => part.cloneNode(true)));
  });
});

window.addEventListener("beforeunload", (event) => {
  if (busy) event.preventDefault();
});
