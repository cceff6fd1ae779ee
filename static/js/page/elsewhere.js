// Time may also be logged in another tab or on another device, and the day changes while a page is open. A page follows other
// tabs while it is on the screen, and looks when somebody comes back to it: then it is read again (see latest.js).

import { openChannel } from "./channel.js";
import { first } from "./elements.js";
import { partOf } from "./latest.js";
import { isActed } from "./retry.js";

const MINUTE_MS = 60_000;
/** Somebody who comes back after this long may have logged time elsewhere. */
const AWAY_MS = 30_000;
/** Changes in another tab, such as a pasted block, are read together once there are no more of them for this long. */
const TOGETHER_MS = 1000;
/** The network may need this long after the browser says that it is back. */
const NETWORK_MS = 3000;

/** Return the day in the time zone of the sheet, which may not be the one of the machine.
 * @returns {{zone: string | undefined, day: string}} */
function today() {
  const { zone } = first(document, "[data-zone]", HTMLElement)?.dataset ?? {};
  const now = new Date();
  try {
    // Swedish writes a date as 2026-11-24.
    return { zone, day: now.toLocaleDateString("sv", { timeZone: zone }) };
  } catch {
    // The browser does not know this zone yet.
    return { zone, day: now.toLocaleDateString("sv") };
  }
}

let known = today();

/** Read the page again if the day has changed: it marks the day before as today, and expects its time to date.
 * A year only moves its mark (see year_marking.js), as it may have marks that are not saved. */
function followDay() {
  if (document.visibilityState !== "visible") return;
  const before = known;
  known = today();
  if (before.zone !== known.zone || before.day === known.day) return;
  window.htmx.trigger(document.body, "sheet-changed");
  document.dispatchEvent(new CustomEvent("day-changed", { detail: { day: known.day } }));
}

/** True if time may have changed elsewhere, and this page has not been read since. */
let missed = false;

/** Read the time again if it may have changed elsewhere. While it is fresh, the server asks Jira nothing. */
function readMissed() {
  if (document.visibilityState !== "visible" || !missed) return;
  missed = false;
  // If other days could not be read, the person still wants them.
  const again = first(document, "[data-try-again]", HTMLElement);
  if (again?.checkVisibility()) again.click();
  else window.htmx.trigger(document.body, "changed-elsewhere");
}

/** The time at which this page last checked whether it slept. */
let awake = Date.now();

// A machine that wakes up with the page on its screen sends no event.
window.setInterval(() => {
  const slept = Date.now() - awake >= MINUTE_MS + AWAY_MS;
  awake = Date.now();
  missed ||= slept;
  followDay();
  if (slept) readMissed();
}, MINUTE_MS);

/** The time at which the person left the page: its tab was hidden, or the focus went elsewhere.
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

// The first attempt may have come too early.
window.addEventListener("online", () => window.setTimeout(readMissed, NETWORK_MS));

const others = openChannel("sheet");
const notifyOthers = () => others?.postMessage("changed");
let coming = 0;

function readSoon() {
  missed = true;
  window.clearTimeout(coming);
  coming = window.setTimeout(readMissed, TOGETHER_MS);
}

others?.addEventListener("message", readSoon);
document.addEventListener("sheet-changed", () => {
  missed = false;
  notifyOthers();
});
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.response) return;
  // The answer to a cell does not count, because it brings the cell and the totals along.
  if (ctx.flight && ctx.response.status < 400) notifyOthers();
  if (partOf(ctx) && ctx.response.status >= 400) missed = true;
});
// A request that was replaced by a newer one is not an error.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  if (!ctx || ctx.response) return;
  // A change without an answer may have been made. A cell says so itself, and is sent again; typing changes nothing yet.
  const changes = ctx.request?.method !== "GET" && ctx.sourceEvent?.type !== "input";
  if (changes && isActed(ctx) && !ctx.flight) readSoon();
  else if (partOf(ctx)) missed = true;
});
