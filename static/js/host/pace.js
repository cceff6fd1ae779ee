// How often a page calls the server: Atlassian passes on 1,200 calls of a person in a minute and refuses the others.

const MOST = 1200;
const MINUTE_MS = 60_000;

/** When the calls of the last minute were made.
 * @type {number[]} */
const made = [];

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
    const now = performance.now();
    while (made.length && made[0] <= now - MINUTE_MS) made.shift();
    if (made.length < MOST) break;
    if (!waited) onWait();
    await pause(made[0] + MINUTE_MS - now, signal);
  }
  made.push(performance.now());
}
