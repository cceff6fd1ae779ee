// Menus are `details` elements. Arrows, Home, End, and letters move in them; a click elsewhere, a choice, Tab, or
// Escape closes them. In a menu with fields Tab goes to the next one, and leaving the last one closes the menu.
import { all, closest, first } from "./elements.js";

const open = () => first(document, "details.menu[open]", HTMLDetailsElement);

/** @param {Element} menu
 * @returns {HTMLElement[]} what can be chosen, in order */
const itemsOf = (menu) =>
  all(menu, ".menu-items :is(button, a[href], input, select)", HTMLElement).filter(
    (item) => item.checkVisibility() && !item.matches(":disabled"),
  );

/** The least space in pixels between a menu and the edge of the window. */
const MARGIN = 8;

/** The least height in pixels of a menu that scrolls. */
const LEAST = 160;

/** Return the part of the open menu that scrolls. */
const list = () => first(document, "details.menu[open] > .menu-items", HTMLElement);

/** Keep an open menu within the window. It begins at its button, which can be too near to the edges for it: it moves
 * aside, and scrolls.
 * @param {number} [scrollTop] how far it is scrolled */
function place(scrollTop = list()?.scrollTop ?? 0) {
  const items = list();
  if (!items) return;
  items.style.translate = "";
  items.style.maxBlockSize = "";
  const { left, right, top, bottom } = items.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const over = right + MARGIN - clientWidth;
  if (bottom + MARGIN > clientHeight)
    items.style.maxBlockSize = `${Math.max(LEAST, clientHeight - top - MARGIN)}px`;
  const shift = over > 0 ? -over : Math.max(0, MARGIN - left);
  if (shift) items.style.translate = `${shift}px`;
  items.scrollTop = scrollTop;
}

document.addEventListener("toggle", () => place(), true);
window.addEventListener("resize", () => place());

// A choice in a menu can bring the menu again, without its place.
let scrolled = 0;
document.addEventListener("htmx:before:swap", () => {
  scrolled = list()?.scrollTop ?? 0;
});
document.addEventListener("htmx:after:swap", () => place(scrolled));

/** Return the open menu if an event is elsewhere.
 * @param {Event} event */
function leftBy({ target }) {
  const menu = open();
  return menu && !(target instanceof Node && menu.contains(target)) ? menu : null;
}

/** True while a finger that came down beside an open menu has not clicked.
 * @type {boolean} */
let onlyCloses = false;

// The menu closes before the click if the focus moves.
document.addEventListener(
  "pointerdown",
  (event) => {
    const other = closest(event.target, "details.menu", HTMLDetailsElement);
    onlyCloses = event.pointerType === "touch" && !other && leftBy(event) !== null;
  },
  true,
);

document.addEventListener("pointercancel", () => {
  onlyCloses = false;
});

// Captured, so that the focus has moved before the request of the chosen item begins.
document.addEventListener(
  "click",
  (event) => {
    const menu = open();
    const left = leftBy(event);
    if (menu && (left || closest(event.target, ".menu-items button, .menu-items a", HTMLElement))) {
      menu.open = false;
      // The chosen item is hidden now, so it cannot keep the focus or get it back from a dialog that it opens.
      if (!left) first(menu, "summary", HTMLElement)?.focus();
    }
    // A finger closes the menu, and does nothing to what it happens to hit.
    if (onlyCloses) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    onlyCloses = false;
  },
  true,
);

/** Milliseconds within which typed letters count as one word. */
const A_WORD_MS = 700;
let word = "";
let timer = 0;

/** @param {HTMLElement} item */
const nameOf = (item) => (item.closest("label") ?? item).textContent ?? "";

/** Return the next item that begins with the typed letters. Repeating one letter cycles through the items with it.
 * @param {HTMLElement[]} items
 * @param {number} at
 * @param {string} letter
 * @returns {HTMLElement | undefined} */
function byLetters(items, at, letter) {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => (word = ""), A_WORD_MS);
  word = word === letter ? letter : word + letter;
  const start = word.length === 1 ? at + 1 : Math.max(at, 0);
  const ordered = [...items.slice(start), ...items.slice(0, start)];
  return ordered.find((item) => nameOf(item).trim().toLowerCase().startsWith(word));
}

/** @param {KeyboardEvent} event
 * @param {HTMLDetailsElement} menu
 * @returns {HTMLElement | undefined} where a key leads */
function destination(event, menu) {
  const items = itemsOf(menu);
  const at = items.findIndex((item) => item === document.activeElement);
  const last = items.length - 1;
  if (event.key === "ArrowDown") return items[at === last ? 0 : at + 1];
  if (event.key === "ArrowUp") return items[at <= 0 ? last : at - 1];
  if (event.key === "Home") return items[0];
  if (event.key === "End") return items[last];
  const letter =
    event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  return letter && menu.open ? byLetters(items, at, event.key.toLowerCase()) : undefined;
}

/** @param {KeyboardEvent} event */
function close(event) {
  const menu = open();
  if (!menu) return;
  event.stopImmediatePropagation();
  menu.open = false;
  first(menu, "summary", HTMLElement)?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    close(event);
    return;
  }
  const menu = closest(event.target, "details.menu", HTMLDetailsElement);
  if (!menu) return;
  if (event.key === "Tab") {
    if (!first(menu, ".menu-items :is(input, select)", HTMLElement)) menu.open = false;
    return;
  }
  // Arrows and letters choose in a list.
  if (event.target instanceof HTMLSelectElement) return;
  const opens = ["ArrowDown", "ArrowUp"].includes(event.key) && !menu.open;
  if (opens) menu.open = true;
  const item = menu.open ? destination(event, menu) : undefined;
  const letter = event.key.length === 1 && event.key !== " ";
  if (item || opens) event.preventDefault();
  // Letters typed in an open menu are not shortcuts of the page.
  if (item || opens || (menu.open && letter)) event.stopImmediatePropagation();
  item?.focus();
});

// A press on the text of a label focuses the page around the menu, before the click focuses the field.
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const menu = closest(target, "details.menu[open]", HTMLDetailsElement);
  if (!menu || !(relatedTarget instanceof Node)) return;
  if (!menu.contains(relatedTarget) && !relatedTarget.contains(menu)) menu.open = false;
});
