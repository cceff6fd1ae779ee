// The idempotency keys of saves: a text keeps its key until its fate is known, so that nothing is written twice.
import { key, newKey } from "./cells.js";

/** Answers after which nothing of the request is in Jira: it was read and refused. */
const REFUSED = [401, 403, 404, 409, 413, 422];

/** @typedef {import("./cells.js").Place} Place */
/** A try whose fate nobody knows: the same text goes with the same key, another one names the keys before it.
 * @typedef {{text: string, seen: string, key: string, tried: string[]}} Try */

/** @type {Map<string, Try>} */
const unsure = new Map();

/** True for an answer that refused the request; without an answer nobody knows.
 * @param {number | undefined} status
 * @returns {boolean} */
export const wasRefused = (status) => status !== undefined && REFUSED.includes(status);

/** The key of a try: what was typed keeps it until its fate is known.
 * @param {Place} place
 * @param {string} text
 * @param {string} seen
 * @returns {{key: string, tried: string[]}} */
export function tryOf(place, text, seen) {
  const before = unsure.get(key(place));
  if (!before) return { key: newKey(), tried: [] };
  if (before.text === text && before.seen === seen) return { key: before.key, tried: before.tried };
  return { key: newKey(), tried: [...before.tried, before.key] };
}

/** Remember a try that may have arrived; forget all of them once one is saved.
 * @param {Try & {place: Place, status?: number}} last
 * @param {boolean} fine */
export function noteFate({ place, text, seen, key: used, tried, status }, fine) {
  const before = tried.at(-1);
  if (fine) unsure.delete(key(place));
  else if (!wasRefused(status)) unsure.set(key(place), { text, seen, key: used, tried });
  else if (before !== undefined)
    unsure.set(key(place), { text: "", seen: "", key: before, tried: tried.slice(0, -1) });
  else unsure.delete(key(place));
}
