// A part of the page with data-outdated-by shows the answer to the last request. An older answer that arrives later
// is not shown; the part is read again instead. After one of the named events the part is read again too, by the request for
// its event "outdated", once no other request for it is in progress, because a request that waited would still ask for the days before.
// Time may also be logged in another tab or on another device: a page follows other tabs while it is on the screen, and looks
// when somebody comes back to it.
import { openChannel } from "./channel.js";
import { all, first } from "./elements.js";
import { filters } from "./overlap.js";

/** ``underway``: the requests whose answer becomes the part. ``last`` was sent last. ``shown``: the one whose answer the part is.
 * @typedef {{underway: Set<HtmxContext>, last?: HtmxContext, shown?: HtmxContext, outdated: boolean}} State */

const MINUTE_MS = 60_000;
/** Somebody who comes back after this long may have logged time elsewhere. */
const AWAY_MS = 30_000;
/** Changes in another tab, such as a pasted block, are read together once there are no more of them for this long. */
const TOGETHER_MS = 1000;

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

/** @param {HtmxContext} ctx */
const partOf = ({ target }) =>
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

// A page that was left open overnight marks the day before as today, and expects its time to date. A machine that wakes
// up with the page on its screen sends no event.
// The day changes in the time zone of the sheet, which may not be the one of the machine.
/** @returns {{zone: string | undefined, day: string}} */
function today() {
  const { zone } = first(document, "[data-zone]", HTMLElement)?.dataset ?? {};
  const now = new Date();
  try {
    return { zone, day: now.toLocaleDateString("en", { timeZone: zone }) };
  } catch {
    // The browser does not know this zone yet.
    return { zone, day: now.toDateString() };
  }
}

let known = today();
function followDay() {
  if (document.visibilityState !== "visible") return;
  const before = known;
  known = today();
  if (before.zone === known.zone && before.day !== known.day)
    window.htmx.trigger(document.body, "sheet-changed");
}
window.setInterval(followDay, MINUTE_MS);

/** True if time may have changed elsewhere, and this page has not been read since. */
let missed = false;

/** Read the time again if it may have changed elsewhere. While it is fresh, the server asks Jira nothing. */
function readMissed() {
  if (document.visibilityState !== "visible" || !missed) return;
  missed = false;
  window.htmx.trigger(document.body, "changed-elsewhere");
}

/** When the person left the page: its tab was hidden, or the focus went elsewhere.
 * @type {number | null} */
let left = null;

window.addEventListener("blur", () => {
  left ??= Date.now();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") left ??= Date.now();
});
for (const back of ["visibilitychange", "focus", "online"]) {
  window.addEventListener(back, () => {
    if (document.visibilityState !== "visible") return;
    missed ||= left !== null && Date.now() - left >= AWAY_MS;
    left = null;
    followDay();
    readMissed();
  });
}

const others = openChannel("sheet");
const tellOthers = () => others?.postMessage("changed");
let coming = 0;

others?.addEventListener("message", () => {
  missed = true;
  window.clearTimeout(coming);
  coming = window.setTimeout(readMissed, TOGETHER_MS);
});
document.addEventListener("sheet-changed", () => {
  missed = false;
  tellOthers();
});
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.request?.method === "GET" || !ctx.response || ctx.response.status >= 400) return;
  // The answer to a cell is no such event, because it brings the cell and the totals along.
  if (ctx.flight) tellOthers();
  // What was being read before a change does not have it, so that is not shown; other days, which somebody chose meanwhile,
  // are shown and read again.
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
  // A change that is sent while other days are being read has the days before, so its answer is not shown. What these days
  // bring with them asks for more as soon as they are shown, before their own request counts as finished.
  const reading = [...state.underway].some((other) => filters(other) && other !== state.shown);
  if (filters(ctx) || !reading) state.last = ctx;
  state.underway.add(ctx);
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const part = partOf(ctx);
  const state = part && stateOf(part);
  if (!state || !state.underway.has(ctx)) return;
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
  for (const [id, state] of states) {
    if (!state.underway.delete(ctx)) continue;
    missed ||= !ctx.response || ctx.response.status >= 400;
    readAgain(id, state);
  }
});
