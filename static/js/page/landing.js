// Return the focus to a control that was disabled during its request. Move it when a swap removes the focused element:
// to the same control in the new part, or else to the same control of the next item in a list with data-each, or else
// to the element with data-land or the current cell of a grid, or else to the heading. Somebody who is typing keeps
// the focus, and so does Jira around the page until the person comes back.
import { closest } from "./elements.js";
import { whenHere } from "./here.js";

/** The control that had the focus last, by its id if it has one, and its neighbors when it got it or a request began.
 * @type {{ id: string, neighbors: string[] } | null} */
let origin = null;

/** Return whether nothing visible has the focus. The browser takes it from a hidden element only when it draws the page. */
function lost() {
  const { activeElement: on } = document;
  return on === null || on === document.body || on.getClientRects().length === 0;
}

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

/** Return the ids of the same control in the items after and before this one, which the request may remove.
 * @param {Element} control */
function neighbors({ id, parentElement }) {
  const list = parentElement?.closest("[data-each]");
  const same = [...(list?.querySelectorAll(`[id^="${id.split("-")[0]}-"]`) ?? [])].map((one) => one.id);
  const at = same.indexOf(id);
  return [...same.slice(at + 1), ...same.slice(0, Math.max(at, 0)).reverse()];
}

/** @param {Element | null} control the one with the focus; those in the dialog count for the control that opened it */
function remember(control) {
  if (control && !control.closest("#dialog")) origin = { id: control.id, neighbors: neighbors(control) };
}

/** What had the focus when a request began.
 * @type {WeakMap<HtmxContext, Element | null>} */
const askedFrom = new WeakMap();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (lost()) return;
  remember(document.activeElement);
  askedFrom.set(ctx, document.activeElement);
});

// A button that is disabled until the answer loses the focus, and a lost answer inserts nothing.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const control = askedFrom.get(ctx);
  // Another request may have disabled it. That one returns the focus when it ends.
  if (!control || !ctx.disabledElements?.includes(control)) return;
  // It is enabled after all listeners. What was inserted meanwhile left the focus to it.
  const place = () => {
    if (lost() && !take(control)) land(partOf(ctx));
  };
  queueMicrotask(() => whenHere(place));
});

// The person may move the focus while the response is awaited.
document.addEventListener("focusin", (event) => remember(closest(event.target, "*", Element)));

document.addEventListener("pointerdown", (event) => {
  if (!closest(event.target, "#dialog", HTMLElement)) origin = null;
});

/** Place the focus after ``part`` was inserted, or after the focused element was removed.
 * @param {Element | null} part */
function land(part) {
  if (!origin || !lost() || document.querySelector("dialog[open]")) return;
  if ([origin.id, ...origin.neighbors].some((id) => take(document.getElementById(id)))) return;
  const main = document.getElementById("main");
  const within = part?.isConnected ? part : main;
  // A part that is still loading places the focus once it is there.
  const waits = (/** @type {Element | null} */ place) => place?.querySelector("[aria-busy='true']");
  if (waits(within)) return;
  if (take(within?.querySelector("[data-land], #grid td[tabindex='0']")) || takeHeading(within)) return;
  if (!waits(main)) takeHeading(main);
}

/** @param {HtmxContext | undefined} ctx */
const partOf = (ctx) => closest(ctx?.target, "*", Element);

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  const control = ctx && askedFrom.get(ctx);
  // It may only be disabled until its request has ended.
  if (control?.isConnected && control.matches(":disabled")) return;
  // After all other listeners.
  if (origin) queueMicrotask(() => whenHere(() => land(partOf(ctx))));
});

document.addEventListener(
  "close",
  () => {
    if (origin) queueMicrotask(() => whenHere(() => land(null)));
  },
  true,
);
