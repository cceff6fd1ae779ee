// If a part that loads by itself gets no answer, it is loaded again until it gets one. An empty part says so meanwhile.
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
  if (event.defaultPrevented || !part || ctx.response || ctx.request?.method !== "GET" || isActed(ctx))
    return;
  if (part.matches("[aria-busy='true']") && !part.querySelector(".waiting-note.unreached"))
    part.prepend(fromTemplate("unreached"));
  window.setTimeout(() => {
    const { type = "load" } = ctx.sourceEvent ?? {};
    const address = part.getAttribute("hx-get");
    if (part.isConnected && address !== null)
      window.htmx.ajax("GET", address, { source: part, event: new CustomEvent(type) });
  }, AGAIN_MS);
});
