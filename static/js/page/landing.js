// Return the focus to a control that was disabled during its request. Move it when a swap removes the focused element:
// to the same control in the new part, or else to the same control of the next item in a list with data-each, or else
// to the element with data-land or the current cell of a grid, or else to the heading. Somebody who is typing keeps
// the focus, and so does Jira around the page until the person comes back.
import { closest } from "./elements.js";
import { whenHere } from "./here.js";

/** The control that had the focus last, and the ids of its neighbors when it got it or a request began.
 * @type {{ control: Element, neighbors: string[] } | null} */
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

/** @param {Element | null} part
 * @returns {boolean} whether the element with data-land in it, or the current cell, or else its heading took the focus */
const takeGoal = (part) =>
  take(part?.querySelector("[data-land], #grid td[tabindex='0']")) || takeHeading(part);

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
  if (control && !control.closest("#dialog")) origin = { control, neighbors: neighbors(control) };
}

/** The element that had the focus when each of the requests under way began.
 * @type {Map<HtmxContext, Element | null>} */
const askedFrom = new Map();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (lost()) return;
  remember(document.activeElement);
  askedFrom.set(ctx, document.activeElement);
});

// A button that is disabled until the answer loses the focus, and a lost answer inserts nothing.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const control = askedFrom.get(ctx);
  askedFrom.delete(ctx);
  // Another request may have disabled it. That one returns the focus when it ends.
  if (!control || !ctx.disabledElements?.includes(control)) return;
  // It is enabled after all listeners. What was inserted meanwhile left the focus to it.
  const place = () => {
    if (lost() && !take(control)) land(partOf(ctx));
  };
  queueMicrotask(() => whenHere(place));
});

/** Return whether a request under way has disabled this control, which gets the focus back when that request ends.
 * @param {Element} control */
function isWaiting(control) {
  return control.isConnected && [...askedFrom.keys()].some((ctx) => ctx.disabledElements?.includes(control));
}

// The person may move the focus while the response is awaited.
document.addEventListener("focusin", (event) => remember(closest(event.target, "*", Element)));

document.addEventListener("pointerdown", (event) => {
  if (!closest(event.target, "#dialog", HTMLElement)) origin = null;
});

/** True while a response is being inserted. */
let inserting = false;

document.addEventListener("htmx:before:swap", () => {
  inserting = true;
});

document.addEventListener("htmx:finally:swap", () => {
  inserting = false;
});

// The person may leave a field without going to another one, as with the key of a phone that closes its keyboard.
document.addEventListener("focusout", ({ target }) => {
  const control = closest(target, "input, textarea", HTMLElement);
  if (inserting || !control || control !== origin?.control) return;
  queueMicrotask(() => {
    const stays = control.getClientRects().length > 0 && !control.matches(":disabled");
    if (stays && document.activeElement === document.body && control === origin?.control) origin = null;
  });
});

/** Place the focus after ``part`` was inserted, or after the focused element was removed.
 * @param {Element | null} part */
function land(part) {
  if (!origin || !lost() || isWaiting(origin.control) || document.querySelector("dialog[open]")) return;
  if ([origin.control.id, ...origin.neighbors].some((id) => take(document.getElementById(id)))) return;
  const main = document.getElementById("main");
  const within = part?.isConnected ? part : main;
  // A part that is still loading places the focus once it is there.
  const waits = (/** @type {Element | null} */ place) => place?.querySelector("[aria-busy='true']");
  if (waits(within)) return;
  if (takeGoal(within)) return;
  if (!waits(main)) takeGoal(main);
}

/** @param {HtmxContext | undefined} ctx */
const partOf = (ctx) => closest(ctx?.target, "*", Element);

document.addEventListener("htmx:after:swap", (event) => {
  // After all other listeners.
  if (origin) queueMicrotask(() => whenHere(() => land(partOf(event.detail.ctx))));
});

document.addEventListener(
  "close",
  () => {
    if (origin) queueMicrotask(() => whenHere(() => land(null)));
  },
  true,
);
