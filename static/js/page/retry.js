// If a part that loads by itself gets no answer, it is loaded again until it gets one. An empty part says so meanwhile.
// A part with data-rest goes on with many writes by itself, and a button with data-stop ends them. Both are sent again, too,
// even if the answer was that it cannot be done now. They have the same keys as before, so nothing is done twice.
import { closest, first, fromTemplate } from "./elements.js";
import { whenHere } from "./here.js";
import { t } from "./language.js";

const AGAIN_MS = 10_000;

/** The status of a request beyond the limit of changes in a minute. */
const TOO_MANY = 429;

/** Events that people cause; a request because of any other event is sent by the page itself. */
const ACTED = ["click", "submit", "change", "input", "focus", "marked"];

/** Return whether a person waits for the answer. Only scripts that answer what a person did send requests without an event.
 * @param {HtmxContext} ctx */
export const isActed = ({ sourceEvent }) => ACTED.includes(sourceEvent?.type ?? "click");

/** @param {Element} part
 * @returns {boolean} whether it belongs to work that goes on by itself */
const isWork = (part) => part.matches("[data-rest], [data-stop]");

/** The next request of a part. There is only one, however often somebody presses Stop meanwhile.
 * @type {WeakMap<Element, number>} */
const next = new WeakMap();

/** @param {Element} part
 * @param {"GET" | "POST"} method
 * @param {string} [type] of the event that caused the request */
function requestAgain(part, method, type = "load") {
  window.clearTimeout(next.get(part));
  const timer = window.setTimeout(() => {
    const address = part.getAttribute(`hx-${method.toLowerCase()}`);
    if (part.isConnected && address !== null)
      window.htmx.ajax(method, address, { source: part, event: new CustomEvent(type) });
  }, AGAIN_MS);
  next.set(part, timer);
}

window.addEventListener("htmx:error", (event) => {
  const { ctx } = /** @type {HtmxEvent} */ (event).detail;
  const part = ctx?.sourceElement;
  if (!part || ctx.response || (isActed(ctx) && !isWork(part))) return;
  const method = isWork(part) ? "POST" : "GET";
  if (ctx.request?.method !== method || (event.defaultPrevented && method === "GET")) return;
  if (part.matches("[aria-busy='true']") && !part.querySelector(".waiting-note.unreached"))
    part.prepend(fromTemplate("unreached"));
  requestAgain(part, method, ctx.sourceEvent?.type);
});

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, sourceEvent, response } = event.detail.ctx;
  if (!sourceElement || !response || !isWork(sourceElement)) return;
  if (response.status === TOO_MANY || response.status >= 500)
    requestAgain(sourceElement, "POST", sourceEvent?.type);
});

/** Let the person leave work that could not be stopped, or not be continued: beside Stop, or instead of it if it is refused.
 * @param {HTMLElement} form
 * @param {boolean} refused */
function offerExit(form, refused) {
  const stop = first(form, "[data-stop]", HTMLButtonElement);
  if (!stop) return;
  stop.dataset.failed = "";
  let exit = first(form, "[data-close-form]", HTMLButtonElement);
  if (!exit) {
    exit = document.createElement("button");
    exit.type = "button";
    exit.className = "button";
    exit.dataset.closeForm = "";
    exit.textContent = t("Close");
    // What was done already is in the sheet.
    exit.addEventListener("click", () => window.htmx.trigger(document.body, "sheet-changed"));
    stop.after(exit);
  }
  if (!refused) return;
  const focused = stop === document.activeElement || document.activeElement === document.body;
  stop.remove();
  if (focused) whenHere(() => exit.focus());
}

// The work is known to have ended once an answer replaces the whole form.
document.addEventListener("htmx:finally:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (!sourceElement || !isWork(sourceElement) || !sourceElement.isConnected) return;
  const form = closest(sourceElement, "form", HTMLFormElement);
  const status = response?.status ?? 0;
  if (!form || (status > 0 && status < 400)) return;
  const passing = status === 0 || status === TOO_MANY || status >= 500;
  const stops = sourceElement.matches("[data-stop]");
  if (stops || !passing) offerExit(form, stops && !passing);
});

// What is to be stopped must not go on by itself while the answer to that is missing.
document.addEventListener("htmx:before:request", (event) => {
  const stop = closest(event.detail.ctx.sourceElement, "[data-stop]", HTMLElement);
  if (stop) closest(stop, "form", HTMLFormElement)?.querySelector("[data-rest]")?.remove();
});
