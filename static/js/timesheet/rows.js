// Rows that stay: the star pins one, keys and dragging order the pinned ones, and a row without time can be removed.
import { all, byId, closest, first } from "../page/elements.js";
import { flagNote } from "../page/flags.js";
import { keyOf } from "../page/keys.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import { cellOf, editing, issueRows, rowOf, table } from "./cells.js";

/** @param {HTMLTableRowElement} row */
const pinned = (row) => row.querySelector('.pin[aria-pressed="true"]') !== null;

const pinnedRows = () => issueRows().filter(pinned);

/** @param {Element | undefined} row */
const issueOf = (row) => row?.id.slice(1) ?? "";

/** Ask the server for a change; it answers with the sheet.
 * @param {string} change
 * @param {HTMLTableRowElement} row
 * @param {string} [before] the issue of the pinned row that follows it from then on */
function ask(change, row, before = "") {
  const form = byId("row-change", HTMLFormElement);
  if (!form) return;
  for (const [name, value] of Object.entries({ change, issue: issueOf(row), before })) {
    const field = first(form, `[name="${name}"]`, HTMLInputElement);
    if (field) field.value = value;
  }
  form.requestSubmit();
}

/** @param {HTMLTableRowElement} row */
const toggle = (row) => ask(pinned(row) ? "unpin" : "pin", row);

/** @param {HTMLTableRowElement} row */
function remove(row) {
  if (row.querySelector(".unkeep")) return ask("remove", row);
  const why = pinned(row)
    ? t("This row stays because it is pinned. P unpins it.")
    : t("Only a row that you added and that has no time can be removed.");
  flagNote(why);
  say(why);
}

/** Move a pinned row one place up or down.
 * @param {HTMLTableRowElement} row
 * @param {number} step */
function move(row, step) {
  const others = pinnedRows().filter((other) => other !== row);
  const at = pinnedRows().indexOf(row) + step;
  if (pinned(row) && at >= 0 && at <= others.length) ask("pin", row, issueOf(others[at]));
}

document.addEventListener("click", (event) => {
  const button = closest(event.target, "#grid :is(.pin, .unkeep)", HTMLElement);
  const row = button && closest(button, "tr", HTMLTableRowElement);
  if (row) (button.matches(".pin") ? toggle : remove)(row);
});

/** @type {Record<string, (row: HTMLTableRowElement) => void>} */
const KEYS = { p: toggle, x: remove };
/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

document.addEventListener("keydown", (event) => {
  const td = cellOf(event.target);
  if (!td || event.target !== td || editing() || event.ctrlKey || event.metaKey) return;
  const row = rowOf(td);
  const step = event.altKey && event.shiftKey ? STEPS[event.key] : undefined;
  const act = event.altKey ? undefined : KEYS[keyOf(event)];
  if (step === undefined && !act) return;
  event.preventDefault();
  if (step === undefined) act?.(row);
  else move(row, step);
});

/* Dragging a pinned row by its head */

/** @type {HTMLTableRowElement | null} */
let dragged = null;

/** Mark the row before which the dragged one would land; the last one if it would land after it.
 * @param {HTMLTableRowElement | null} row
 * @param {string} [side] */
function markTarget(row, side = "") {
  for (const other of all(table(), "[data-drop]", HTMLElement)) delete other.dataset.drop;
  if (row) row.dataset.drop = side;
}

/** @param {DragEvent} event
 * @returns {HTMLTableRowElement | null} the pinned row under the pointer */
function targetOf(event) {
  const row = dragged && closest(event.target, "#grid tr[id^='r']", HTMLTableRowElement);
  return row && row !== dragged && pinned(row) ? row : null;
}

/** @param {DragEvent} event
 * @param {HTMLElement} row */
const below = (event, row) => event.clientY > row.getBoundingClientRect().top + row.offsetHeight / 2;

document.addEventListener("dragstart", (event) => {
  const head = closest(event.target, "#grid th[draggable]", HTMLElement);
  if (!head || event.target !== head) return;
  dragged = closest(head, "tr", HTMLTableRowElement);
  event.dataTransfer?.setData("text/plain", first(head, "a", HTMLElement)?.textContent ?? "");
  if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const row = targetOf(event);
  if (!dragged) return;
  if (row) event.preventDefault();
  markTarget(row, row && below(event, row) ? "after" : "before");
});

document.addEventListener("drop", (event) => {
  const row = targetOf(event);
  if (!row || !dragged) return;
  event.preventDefault();
  const others = pinnedRows().filter((other) => other !== dragged);
  const at = others.indexOf(row) + (below(event, row) ? 1 : 0);
  ask("pin", dragged, issueOf(others[at]));
});

document.addEventListener("dragend", () => {
  dragged = null;
  markTarget(null);
});
