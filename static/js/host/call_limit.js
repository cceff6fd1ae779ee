// Limit how often the pages of a browser call the server: Atlassian passes on 1,200 calls of a person in a minute and
// refuses the others. Pages in other tabs and the panels on issues notify each other of their calls. Calls of another
// browser are not counted. If a browser does not let pages send messages, each page counts its own calls.

import { openChannel } from "../page/channel.js";

const MOST = 1200;
const MINUTE_MS = 60_000;

/** The times of calls, by the page that made them.
 * @type {Map<string, number[]>} */
const made = new Map();
const own = crypto.randomUUID();
const others = openChannel("calls");

/** A message between pages: that a call was made, all calls of the last minute, or that a new page asks for these.
 * @typedef {{ page: string, at?: number, all?: number[], asks?: boolean }} Notice */

/** @param {number} now
 * @param {number[]} [times]
 * @returns {number[]} */
const recent = (now, times = []) => times.filter((time) => Math.abs(now - time) < MINUTE_MS);

/** Return when the calls of the last minute were made, the first one first.
 * @param {number} now
 * @returns {number[]} */
function lastMinute(now) {
  for (const [page, times] of made) {
    const latest = recent(now, times);
    if (latest.length) made.set(page, latest);
    else made.delete(page);
  }
  return [...made.values()].flat().sort((one, other) => one - other);
}

/** @param {Notice} notice */
const notify = (notice) => others?.postMessage(notice);

others?.addEventListener("message", (event) => {
  /** @type {Notice} */
  const { page, at, all, asks } = event.data;
  if (at !== undefined) made.set(page, [...(made.get(page) ?? []), at]);
  if (all) made.set(page, all);
  if (asks) notify({ page: own, all: recent(Date.now(), made.get(own)) });
});
notify({ page: own, asks: true });

/** Wait, unless the request is aborted.
 * @param {number} milliseconds
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<void>} */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      window.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = window.setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** Wait until another call may be made, and count it. A call that is aborted while it waits is not made.
 * @param {AbortSignal | null | undefined} signal
 * @param {() => void} onWait called once if there is a wait */
export async function turn(signal, onWait) {
  signal?.throwIfAborted();
  for (let waited = false; ; waited = true) {
    const now = Date.now();
    const times = lastMinute(now);
    if (times.length < MOST) break;
    if (!waited) onWait();
    await pause(times[times.length - MOST] + MINUTE_MS - now, signal);
  }
  const at = Date.now();
  made.set(own, [...(made.get(own) ?? []), at]);
  notify({ page: own, at });
}
