// A sheet that cannot be read leaves the one that stands, and says above it what went wrong.
import { activeCell } from "./focus.js";

/** The address that failed, to be asked again.
 * @type {string | null} */
let failed = null;

const box = () => document.getElementById("sheet-problem");

/** @param {boolean} trouble */
function show(trouble) {
  box().hidden = !trouble;
  const sheet = document.getElementById("sheet");
  if (trouble) sheet.removeAttribute("aria-busy");
  else if (sheet.querySelector(".skeleton")) sheet.setAttribute("aria-busy", "true");
}

/** @param {{target?: Element, request: {method: string, action: string}}} ctx
 * @param {boolean} passes whether another try may succeed */
function fail(ctx, passes) {
  failed = ctx.request.method === "GET" && passes ? ctx.request.action : null;
  document.getElementById("try-again").hidden = failed === null;
  show(true);
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status } = ctx.response;
  if (ctx.target?.id !== "sheet" || status < 400 || !box()) return;
  fail(ctx, status === 429 || status >= 500);
  ctx.target = box().querySelector(".what");
  ctx.swap = "innerHTML";
});

document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (ctx?.target?.id !== "sheet" || ctx.response || !box()) return;
  fail(ctx, true);
  box()
    .querySelector(".what")
    .replaceChildren(document.getElementById("unreachable").content.cloneNode(true));
});

document.addEventListener("click", (event) => {
  if (event.target.id !== "try-again" || !failed) return;
  show(false);
  window.htmx.ajax("GET", failed, { source: box(), target: "#sheet", swap: "outerMorph" }).then(() => {
    if (document.activeElement !== document.body && document.activeElement?.id !== "try-again") return;
    (box()?.hidden === false ? document.getElementById("try-again") : activeCell())?.focus();
  });
});
