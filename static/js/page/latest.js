// A part of the page with data-outdated-by shows the answer to the last request for it. If an older answer arrives later, it is
// not shown, and the part is read again. The part is also read again after one of the named events: its event "outdated" is
// triggered once no other request for it is in progress, because a queued request would still ask for the days shown before.

import { all } from "./elements.js";
import { filters } from "./overlap.js";

/** ``underway``: the requests whose answers will replace the part. ``last``: the request sent last. ``shown``: the one whose answer is shown.
 * @typedef {{underway: Set<HtmxContext>, last?: HtmxContext, shown?: HtmxContext, outdated: boolean}} State */

/** By the id of the part.
 * @type {Map<string, State>} */
const states = new Map();

/** @param {Element} part
 * @returns {State} */
function stateOf(part) {
  const state = states.get(part.id) ?? { underway: new Set(), outdated: false };
  states.set(part.id, state);
  return state;
}

/** @param {HtmxContext} ctx
 * @returns {Element | null} the part that the answer becomes, if it is one */
export const partOf = ({ target }) =>
  target instanceof Element && target.matches("[data-outdated-by]") ? target : null;

/** @param {string} id
 * @param {State} state */
function readAgain(id, state) {
  const part = document.getElementById(id);
  if (!state.outdated || state.underway.size || !part) return;
  state.outdated = false;
  window.htmx.trigger(part, "outdated");
}

for (const name of /** @type {const} */ (["sheet-changed", "period-changed", "changed-elsewhere"])) {
  document.addEventListener(name, () => {
    for (const part of all(document, `[data-outdated-by~="${name}"]`, HTMLElement)) {
      const state = stateOf(part);
      state.outdated = true;
      readAgain(part.id, state);
    }
  });
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.request?.method === "GET" || !ctx.response || ctx.response.status >= 400) return;
  // A read that was in progress during a change may lack it, so its answer is not shown. If somebody chose other days meanwhile,
  // they are shown and read again.
  for (const state of states.values()) {
    if (!state.underway.size || state.underway.has(ctx)) continue;
    state.outdated = true;
    if (state.last && !filters(state.last)) state.last = undefined;
  }
});

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const part = partOf(ctx);
  // A click that waits for another answer (see overlap.js) is not sent now.
  if (!part || event.defaultPrevented) return;
  const state = stateOf(part);
  // A change that is sent while other days are being read still names the old days, so its answer is not shown. The new days
  // may send more requests as soon as they are shown, before their own request counts as finished.
  const reading = [...state.underway].some((other) => filters(other) && other !== state.shown);
  if (filters(ctx) || !reading) state.last = ctx;
  state.underway.add(ctx);
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const part = partOf(ctx);
  const state = part && stateOf(part);
  if (!state?.underway.has(ctx)) return;
  if (ctx === state.last) {
    state.shown = ctx;
    return;
  }
  const at = tasks.findIndex(({ target }) => target === part);
  if (at >= 0) tasks.splice(at, 1);
  state.outdated = true;
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  for (const [id, state] of states) if (state.underway.delete(ctx)) readAgain(id, state);
});
