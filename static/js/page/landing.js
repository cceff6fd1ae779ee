// Where the focus goes when a swap takes away what had it: to the same control in what came, else to what the new part
// names with data-land, else to its heading. Nobody who is typing is moved.
import { closest } from "./elements.js";

/** The control that had the focus when the last request began, by its id if it has one.
 * @type {{ id: string } | null} */
let asked = null;

const lost = () => document.activeElement === null || document.activeElement === document.body;

/** @param {Element | null | undefined} element
 * @returns {boolean} whether it took the focus */
function take(element) {
  if (
    !(element instanceof HTMLElement) ||
    element.getClientRects().length === 0 ||
    element.matches(":disabled")
  )
    return false;
  element.focus({ preventScroll: true });
  return document.activeElement === element;
}

/** @param {Element | null} part
 * @returns {boolean} */
function takeHeading(part) {
  const heading = part?.querySelector(".settings h2") ?? part?.querySelector("h1, h2, h3");
  if (!(heading instanceof HTMLElement)) return false;
  heading.tabIndex = -1;
  return take(heading);
}

document.addEventListener("htmx:before:request", () => {
  const { activeElement } = document;
  if (activeElement && !lost() && !activeElement.closest("#dialog")) asked = { id: activeElement.id };
});

// Whoever goes elsewhere meanwhile stays there; what happens in the dialog belongs to what opened it.
for (const kind of ["focusin", "pointerdown"]) {
  document.addEventListener(kind, (event) => {
    if (!closest(event.target, "#dialog", HTMLElement)) asked = null;
  });
}

/** Give the focus a place after ``part`` came, or after what had it went.
 * @param {Element | null} part */
function land(part) {
  if (!asked || !lost() || document.querySelector("dialog[open]")) return;
  if (take(document.getElementById(asked.id))) return;
  const main = document.getElementById("main");
  const within = part?.isConnected ? part : main;
  // A page that is still on its way says where to go once it is there.
  const waits = (/** @type {Element | null} */ place) => place?.querySelector("[aria-busy='true']");
  if (waits(within)) return;
  if (take(within?.querySelector("[data-land]")) || takeHeading(within)) return;
  if (!waits(main)) takeHeading(main);
}

document.addEventListener("htmx:after:swap", (event) => {
  const { target } = event.detail.ctx ?? {};
  // After everybody else had a say.
  if (asked) queueMicrotask(() => land(target instanceof Element ? target : null));
});

document.addEventListener(
  "close",
  () => {
    if (asked) queueMicrotask(() => land(null));
  },
  true,
);
