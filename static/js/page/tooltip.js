// Tooltips on hover and on focus: the full text of elements that are cut off, and what features explain about theirs.
// Browsers show titles on hover only, so this module shows them on focus, and those of plain text on touch.
import { byId, closest, first, the } from "./elements.js";
import { placeBeside } from "./placement.js";

const WAIT_MS = 400;
const LEAVE_MS = 150;
const CUT_OFF =
  ".grid tbody th, .team-grid tbody th button, .line-summary, .line-comment summary, .person-name, .bar h1, .block, .option-text, .chip > span, .view-name";
const DRAWN = ".drawing .mark";
const TITLED = "[title]:is(button, summary, a, td, input, label:has(input), [tabindex])";

const PLAIN =
  ":is(td, b, span)[title]:not(#grid tbody td, #report-table td, #team-grid[data-worklogs] tbody td:not(.s), " +
  ":is(a, button, label, summary) *)";

/** The texts of tooltips that a feature reads when they open, by a selector.
 * @typedef {{ selector: string, read: (about: HTMLElement) => Promise<Node[]> }} Explained */
/** @type {Explained[]} */
const explained = [];

/** Show in the tooltip of these elements what ``read`` returns; nothing without a node.
 * @param {string} selector
 * @param {Explained["read"]} read */
export const explain = (selector, read) => explained.push({ selector, read });

let opening = 0;
/** @type {(() => void) | null} opens the tooltip that is awaited */
let open = null;
let leaving = 0;
/** @type {Element | null} what the tooltip is about */
let shownFor = null;

/** @returns {HTMLElement} */
function box() {
  const found = byId("tooltip", HTMLElement);
  if (found) return found;
  const made = document.createElement("div");
  Object.assign(made, { id: "tooltip", className: "tooltip", popover: "manual" });
  made.setAttribute("role", "tooltip");
  the("main", HTMLElement).append(made);
  return made;
}

const isOpen = () => byId("tooltip", HTMLElement)?.matches(":popover-open") === true;

/** @param {HTMLElement} element */
function cut(element) {
  return [element, ...element.querySelectorAll(".block-issue, bdi")].some(
    (part) => part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight + 1,
  );
}

/** True if a pointer was used last: after a click, a field has the focus as after Tab, and the browser shows its title. */
let byPointer = false;

/** Return the text of an element, with spaces between parts that only a margin separates.
 * @param {HTMLElement} element */
function words(element) {
  /** @type {string[]} */
  const parts = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) parts.push((walker.currentNode.nodeValue ?? "").replace(/\s+/g, " ").trim());
  return parts.filter(Boolean).join(" ");
}

/** Return the tooltip's text for an element, or an empty text.
 * @param {Element} target
 * @param {boolean} focused
 * @returns {{ about: Element, text: string, read?: () => Promise<Node[]> } | null} */
function find(target, focused) {
  const drawn = focused ? closest(target, DRAWN, SVGElement) : null;
  if (drawn) return { about: drawn, text: first(drawn, "title", SVGElement)?.textContent ?? "" };
  if (target.matches(".cell-comment")) return null;
  for (const { selector, read } of explained) {
    const about = closest(target, selector, HTMLElement);
    if (about) return { about, text: "", read: () => read(about) };
  }
  const inside = focused ? first(target, CUT_OFF, HTMLElement) : null;
  const whole = closest(target, CUT_OFF, HTMLElement) ?? inside;
  if (whole && cut(whole)) return { about: whole, text: words(whole) };
  const titled = focused && closest(target, TITLED, HTMLElement);
  return titled && titled.title && !shows(titled) ? { about: titled, text: titled.title } : null;
}

/** Return whether the title of an element is to be read in it or on its own already, as the browser shows it.
 * @param {HTMLElement} titled */
function shows(titled) {
  if (titled instanceof HTMLInputElement) return byPointer || titled.placeholder === titled.title;
  return (
    titled.matches("label") && words(titled).includes(titled.title) && ![...titled.children].some(narrow)
  );
}

/** @param {Element} part */
const narrow = (part) => part.scrollWidth > part.clientWidth;

/** @param {NonNullable<ReturnType<typeof find>>} found */
async function show({ about, text, read }) {
  if (!about.isConnected) return;
  const tip = box();
  shownFor = about;
  const nodes = read ? await read() : [text];
  if (shownFor !== about || !about.isConnected || !nodes.length) return;
  tip.replaceChildren(...nodes);
  tip.showPopover?.();
  placeBeside(tip, about.getBoundingClientRect());
  // The title of a mark is its name already.
  if (about instanceof HTMLElement) describe(about, [...descriptions(about), tip.id]);
}

/** Return the ids of what describes an element without the tooltip, such as its error.
 * @param {Element} about */
const descriptions = (about) =>
  (about.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== "tooltip");

/** @param {Element} about
 * @param {string[]} ids */
function describe(about, ids) {
  if (ids.length) about.setAttribute("aria-describedby", ids.join(" "));
  else about.removeAttribute("aria-describedby");
}

/** Hide what is shown. */
function close() {
  if (shownFor instanceof HTMLElement) describe(shownFor, descriptions(shownFor));
  shownFor = null;
  if (isOpen()) box().hidePopover();
}

/** Keep what is shown, and show nothing else. */
function stay() {
  window.clearTimeout(opening);
  open = null;
  window.clearTimeout(leaving);
}

function hide() {
  stay();
  close();
}

/** @param {Event} event
 * @param {boolean} focused */
function plan(event, focused) {
  stay();
  if (!(event.target instanceof Element) || closest(event.target, "#tooltip", HTMLElement)) return;
  const found = find(event.target, focused);
  if (found && found.about === shownFor) return;
  if (shownFor) leaving = window.setTimeout(close, LEAVE_MS);
  if (!found) return;
  open = () => {
    stay();
    close();
    // The page may have been scrolled under a pointer that rests.
    if (focused || found.about.matches(":hover")) show(found);
  };
  opening = window.setTimeout(open, WAIT_MS);
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "touch") plan(event, false);
});
// The pointer left the frame, and nothing else in it says so.
document.addEventListener("pointerout", (event) => {
  if (event.relatedTarget || event.pointerType === "touch") return;
  stay();
  leaving = window.setTimeout(close, LEAVE_MS);
});
// Without a pointer that hovers, a touch shows the title of what does nothing else.
document.addEventListener("pointerup", (event) => {
  const titled = event.pointerType === "touch" && closest(event.target, PLAIN, HTMLElement);
  if (titled) show({ about: titled, text: titled.title });
});
document.addEventListener("focusin", (event) => {
  if (event.target instanceof Element && event.target.matches(`:focus-visible, #grid td, ${DRAWN}`))
    plan(event, true);
});
for (const kind of ["focusout", "pointerdown"]) {
  document.addEventListener(
    kind,
    () => {
      if (kind === "pointerdown") byPointer = true;
      hide();
    },
    { capture: true, passive: true },
  );
}
// What is awaited opens when the page rests: what gets the focus is scrolled into view, and a page that still moves a
// little comes to rest under the pointer.
document.addEventListener(
  "scroll",
  () => {
    close();
    if (!open) return;
    window.clearTimeout(opening);
    opening = window.setTimeout(open, WAIT_MS);
  },
  { capture: true, passive: true },
);
/** @type {Element | null} the element that was pressed through the tooltip */
let pressed = null;
// A press on the tooltip is meant for what it covers, such as the next cell of a column.
document.addEventListener(
  "pointerdown",
  (event) => {
    if (!event.isTrusted) return;
    pressed = null;
    if (!closest(event.target, "#tooltip", HTMLElement)) return;
    event.preventDefault();
    const below = document.elementFromPoint(event.clientX, event.clientY);
    closest(below, "a, button, input, select, textarea, summary, [tabindex]", HTMLElement)?.focus();
    below?.dispatchEvent(new PointerEvent(event.type, event));
    pressed = below;
  },
  { capture: true },
);
document.addEventListener(
  "click",
  (event) => {
    if (!event.isTrusted) return;
    const below = pressed;
    pressed = null;
    if (!(below instanceof HTMLElement) || below.contains(closest(event.target, "*", Element))) return;
    if (document.elementFromPoint(event.clientX, event.clientY) === below) below.click();
  },
  { capture: true },
);
// Any key hides the tooltip. On a page, Escape does nothing else. In a dialog, which keyboard users leave with it, and in
// the grid, where it discards the text of a refused cell, it does both: a tooltip may open without having been wanted.
document.addEventListener("keydown", (event) => {
  byPointer = false;
  if (event.key === "Escape" && isOpen() && !shownFor?.closest("#grid, dialog"))
    event.stopImmediatePropagation();
  hide();
});
