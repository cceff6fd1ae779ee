// Keyboard shortcuts of the page, which work unless somebody is typing.

import { toggleTimer } from "../timer/timer.js";
import { table } from "../timesheet/cells.js";
import { activeCell } from "../timesheet/focus.js";
import { goToRefused } from "../timesheet/refused.js";
import { undoLast } from "../timesheet/undo.js";
import { all, byId, closest, first } from "./elements.js";

/** @param {EventTarget | null} target */
const typing = (target) =>
  target instanceof HTMLElement &&
  closest(target, "input, textarea, select, [contenteditable], dialog[open]", HTMLElement) !== null;

/** @param {string} name */
const press = (name) => first(document, `[data-key="${name}"]`, HTMLElement)?.click();

/** @param {string} view */
function choose(view) {
  const select = first(document, 'select[name="view"]', HTMLSelectElement);
  if (!select || select.value === view) return;
  select.value = view;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Show the shortcuts of what is on the page now. */
function showKeys() {
  const dialog = byId("keys", HTMLDialogElement);
  for (const part of all(dialog, "[data-with]", HTMLElement)) {
    part.hidden = !document.querySelector(part.dataset.with ?? "");
  }
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  if (closest(event.target, "[data-help]", HTMLElement)) showKeys();
});

/** @type {Record<string, () => void>} */
const KEYS = {
  t: () => press("today"),
  j: () => press("next"),
  k: () => press("previous"),
  "]": () => press("next"),
  "[": () => press("previous"),
  w: () => choose("week"),
  m: () => choose("month"),
  a: () => document.getElementById("add-issue")?.focus(),
  l: () => document.getElementById("quick-line")?.focus(),
  g: () => activeCell()?.focus(),
  s: toggleTimer,
  u: () => press("template"),
  "?": showKeys,
};

document.addEventListener("keydown", (event) => {
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    undoLast();
    return;
  }
  if (event.altKey && !event.shiftKey && event.key === "ArrowDown" && table()) {
    event.preventDefault();
    goToRefused();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  const act = KEYS[key];
  // On a block of the calendar, M starts moving it.
  if (act && !(key === "m" && closest(event.target, "#calendar .block", HTMLElement))) {
    event.preventDefault();
    act();
  }
});
