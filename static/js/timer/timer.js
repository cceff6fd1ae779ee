// The timer counts on in the page, without requests: in its own place and in the title. Other tabs follow each change.
import { openChannel } from "../page/channel.js";
import { byId, closest, first, showText } from "../page/elements.js";
import { addKeys } from "../page/keys.js";
import { activeCell } from "../timesheet/focus.js";

const SECOND_MS = 1000;
/** A page that was hidden or asleep for this long asks for the state of the timer again, and an earlier key does nothing. */
const OLD_MS = 30_000;

const timer = () => byId("timer", HTMLElement);
const others = openChannel("timer");
let { title } = document;

/** By how many milliseconds the server's clock is ahead of this one, as read with its time. A machine that slept may set its clock.
 * @type {{read: string | undefined, by: number}} */
let ahead = { read: undefined, by: 0 };
/** The start and the time of the question that was requested last. The element stays when the timer is read again. */
let lastQuestion = "";
/** The time at which the state of the timer was requested last. */
let requested = Date.now();

/** Return the time of the server's clock.
 * @param {HTMLElement} element */
function now(element) {
  const { now: read } = element.dataset;
  if (ahead.read !== read) ahead = { read, by: Number(read) - Date.now() };
  return Date.now() + ahead.by;
}

/** @param {number} seconds
 * @returns {[string, string]} with seconds, and without */
function written(seconds) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const minutes = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}`;
  return [`${minutes}:${two(seconds % 60)}`, minutes];
}

/** Ask the server for the state of the timer. */
function refresh() {
  requested = Date.now();
  window.htmx.trigger(document.body, "timer-changed");
}

/** @param {string} text */
function entitle(text) {
  if (document.title !== text) document.title = text;
}

// A whole page that replaces this one, in another language, has its own title.
document.addEventListener("htmx:finally:swap", (event) => {
  title = /** @type {CustomEvent} */ (event).detail.ctx.title || title;
});

function tick() {
  const element = timer();
  const { countsFrom, paused, askAt, issue } = element?.dataset ?? {};
  if (!element || countsFrom === undefined) {
    entitle(title);
    return;
  }
  const at = paused === undefined ? now(element) : Number(paused);
  const [exact, short] = written(Math.max(0, Math.floor((at - Number(countsFrom)) / SECOND_MS)));
  showText(first(element, ".timer-time", HTMLElement), exact);
  entitle([paused === undefined ? `▶ ${short}` : `⏸ ${short}`, issue, title].filter(Boolean).join(" · "));
  const question = `${countsFrom} ${askAt}`;
  if (now(element) >= Number(askAt) && !element.matches(".asks") && lastQuestion !== question) {
    lastQuestion = question;
    refresh();
  }
}

/** The time at which the timer counted last. A machine that sleeps counts nothing. */
let ticked = Date.now();

window.setInterval(() => {
  if (Date.now() - ticked > OLD_MS) lookAgain();
  ticked = Date.now();
  tick();
}, SECOND_MS);

document.addEventListener("htmx:after:swap", (event) => {
  tick();
  if (wanted && !isAwaited()) {
    const { issue, at } = wanted;
    wanted = null;
    if (Date.now() - at <= OLD_MS) toggle(issue);
  }
  const { request } = event.detail.ctx;
  // Only changes of the timer are sent to its addresses as POST.
  if (request?.method === "POST" && new URL(request.action, location.href).pathname.startsWith("/timer"))
    others?.postMessage("changed");
});

others?.addEventListener("message", refresh);

/** Ask for the state of the timer when somebody comes back to the page: it may have changed on another device. */
function lookAgain() {
  if (document.visibilityState === "visible" && Date.now() - requested > OLD_MS) refresh();
}

for (const back of ["visibilitychange", "focus"]) window.addEventListener(back, lookAgain);

/** Start a timer on an issue.
 * @param {string} issue */
export function startTimer(issue) {
  const button = byId("timer-start", HTMLButtonElement);
  button?.setAttribute("hx-vals", JSON.stringify({ issue }));
  button?.click();
}

/** The key was pressed before the timer was read, on the row of this issue if there is one.
 * @type {{issue: string | undefined, at: number} | null} */
let wanted = null;

const isAwaited = () => timer()?.matches(".awaited") === true;

/** Stop the timer; if there is none, start one on the row with the focus, or ask for the issue. */
function toggleTimer() {
  const cell = closest(document.activeElement, "#grid td", HTMLTableCellElement) && activeCell();
  const issue = closest(cell, "tr[id^='r']", HTMLTableRowElement)?.id.slice(1);
  if (isAwaited()) wanted = { issue, at: Date.now() };
  else toggle(issue);
}

/** @param {string} [issue] */
function toggle(issue) {
  if (issue && !byId("timer-stop", HTMLButtonElement)) startTimer(issue);
  else first(document, "[data-timer-key]", HTMLElement)?.click();
}

addKeys({ s: toggleTimer });
