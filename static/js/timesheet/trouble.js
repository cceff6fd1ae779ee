// If a sheet cannot be loaded, the current one stays, with a message above it.
import { closest, fromTemplate, the } from "../page/elements.js";
import { whenHere } from "../page/here.js";
import { activeCell } from "./focus.js";

/** The address that failed, for another attempt.
 * @type {string | null} */
let failed = null;

/** Return the place for such messages; only pages with a sheet have one. */
const box = () => document.getElementById("sheet-problem");

/** @param {boolean} trouble */
function show(trouble) {
  the("sheet-problem", HTMLElement).hidden = !trouble;
  const sheet = the("sheet", HTMLElement);
  if (trouble) sheet.removeAttribute("aria-busy");
  else if (sheet.querySelector(".skeleton")) sheet.setAttribute("aria-busy", "true");
}

/** @param {HtmxContext} ctx
 * @param {boolean} passes true if another attempt may succeed */
function fail({ request }, passes) {
  failed = request?.method === "GET" && passes ? request.action : null;
  the("try-again", HTMLElement).hidden = failed === null;
  show(true);
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response ?? { status: 0 };
  if (ctx.target?.id !== "sheet" || status < 400 || !box()) return;
  fail(ctx, status === 429 || status >= 500);
  ctx.target = box()?.querySelector(".what");
  ctx.swap = "innerHTML";
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx?.target?.id !== "sheet" || ctx.response || !box()) return;
  event.preventDefault();
  fail(ctx, true);
  box()?.querySelector(".what")?.replaceChildren(fromTemplate("unreachable"));
});

document.addEventListener("click", (event) => {
  if (!closest(event.target, "#try-again", HTMLElement) || !failed) return;
  show(false);
  window.htmx
    .ajax("GET", failed, { source: the("sheet-problem", HTMLElement), target: "#sheet", swap: "outerMorph" })
    .then(() => {
      if (document.activeElement !== document.body && document.activeElement?.id !== "try-again") return;
      whenHere(() =>
        (box()?.hidden === false ? document.getElementById("try-again") : activeCell())?.focus(),
      );
    });
});
