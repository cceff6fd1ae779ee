// If a part that loads by itself gets no answer, it is loaded again until it gets one. An empty part says so meanwhile.
// So is a part with data-rest, which goes on with many writes by itself: they have the same keys as before, so none is
// done twice.
import { fromTemplate } from "./elements.js";

const AGAIN_MS = 10_000;

/** Events that people cause; a request because of any other event is sent by the page itself. */
const ACTED = ["click", "submit", "change", "input", "focus", "marked"];

/** Return whether a person waits for the answer. Only scripts that answer what a person did send requests without an event.
 * @param {HtmxContext} ctx */
export const isActed = ({ sourceEvent }) => ACTED.includes(sourceEvent?.type ?? "click");

window.addEventListener("htmx:error", (event) => {
  const { ctx } = /** @type {HtmxEvent} */ (event).detail;
  const part = ctx?.sourceElement;
  if (!part || ctx.response || isActed(ctx)) return;
  const method = part.matches("[data-rest]") ? "POST" : "GET";
  if (ctx.request?.method !== method || (event.defaultPrevented && method === "GET")) return;
  if (part.matches("[aria-busy='true']") && !part.querySelector(".waiting-note.unreached"))
    part.prepend(fromTemplate("unreached"));
  window.setTimeout(() => {
    const { type = "load" } = ctx.sourceEvent ?? {};
    const address = part.getAttribute(`hx-${method.toLowerCase()}`);
    if (part.isConnected && address !== null)
      window.htmx.ajax(method, address, { source: part, event: new CustomEvent(type) });
  }, AGAIN_MS);
});
