// If a sheet has to wait for its turn, the current one stays, and the request is repeated automatically.

const HEADER = "X-Waiting";
const AGAIN_MS = 2000;

/** @type {number | undefined} */
let timer;

/** @param {HtmxContext} ctx */
const isSheet = (ctx) => ctx.target?.id === "sheet";

// A person who opens another sheet meanwhile no longer wants the earlier one.
document.addEventListener("htmx:config:request", (event) => {
  if (isSheet(event.detail.ctx)) window.clearTimeout(timer);
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { request, response, target } = ctx;
  // The skeleton of the first load is replaced by one that repeats the request itself.
  if (!isSheet(ctx) || response?.status !== 202 || !request || target?.querySelector(".skeleton")) return;
  ctx.swap = "none";
  const attempt = Number(request.headers[HEADER] ?? 0) + 1;
  const { action } = request;
  const source = document.getElementById("sheet-problem") ?? document.body;
  timer = window.setTimeout(() => {
    window.htmx.ajax("GET", action, {
      source,
      target: "#sheet",
      swap: "outerMorph",
      headers: { [HEADER]: `${attempt}` },
    });
  }, AGAIN_MS);
});
