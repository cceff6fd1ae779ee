// Keyboard shortcuts of the page, which work unless somebody is typing. Features add theirs.

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
  if (!dialog || dialog.open) return;
  dialog.showModal();
  // The focus goes to the button at its end.
  dialog.scrollTop = 0;
}

document.addEventListener("click", (event) => {
  if (closest(event.target, "[data-help]", HTMLElement)) showKeys();
});

/** The action of each key, by its name with the keys pressed with it. It returns false if there is nothing to do now.
 * @typedef {() => unknown} Act
 * @type {Record<string, Act>} */
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
  u: () => press("template"),
  "?": showKeys,
};

/** Add shortcuts: Control, which is also the Mac’s Command, and Alt are named before the key, such as ``Control+z``.
 * A key that exists does what is added, or what it did before if there is nothing to do for the new one.
 * @param {Record<string, Act>} more */
export function addKeys(more) {
  for (const [name, act] of Object.entries(more)) {
    const before = KEYS[name];
    KEYS[name] = before ? () => act() !== false || before() : act;
  }
}

const OTHER_LETTER = /^(?!\p{Script=Latin})\p{Letter}$/u;
const LETTER_KEY = /^Key([A-Z])$/;

/** Return the name of a key, which is a Latin letter in small also where the keyboard has letters of another script.
 * @param {KeyboardEvent} event */
export function keyOf({ key, code }) {
  const letter = OTHER_LETTER.test(key) ? LETTER_KEY.exec(code)?.[1] : undefined;
  return letter?.toLowerCase() ?? (key.length === 1 ? key.toLowerCase() : key);
}

/** @param {KeyboardEvent} event
 * @returns {string} the name of the key with Control and Alt; Shift counts only where it makes no other character */
function nameOf(event) {
  const control = event.ctrlKey || event.metaKey;
  const key = keyOf(event);
  // On the Mac, brackets of many keyboards need its Option key.
  const alt = event.altKey && !/^[[\]]$/.test(key);
  const shift = event.shiftKey && (control || alt);
  return `${control ? "Control+" : ""}${alt ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

document.addEventListener("keydown", (event) => {
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  // On a block of the calendar, M starts moving it.
  if (name === "m" && closest(event.target, "#calendar .block", HTMLElement)) return;
  const act = KEYS[name];
  if (act && act() !== false) event.preventDefault();
});
