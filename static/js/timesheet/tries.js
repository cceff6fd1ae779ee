// Idempotency keys of saves. A text keeps its key until its outcome is known, so that nothing is written twice.
import { newKey } from "../page/new_key.js";
import { key } from "./cells.js";

/** The status of a request that is not accepted as one of the person who opened the page. */
export const UNAUTHENTICATED = 401;

/** The status if something else is in the cell by now. */
export const CONFLICT = 409;

const FORBIDDEN = 403;
/** Jira also says that an issue does not exist if the person may not see it. */
const NOT_FOUND = 404;

/** Statuses that mean that the request was refused and nothing was written to Jira. */
const REFUSED = [UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, 413, 422];

/** @typedef {import("./cells.js").Place} Place */
/** An attempt with an unknown outcome. The same text is sent with the same key; another text names the earlier keys. ``text``
 * is null if it was discarded or a later one was refused: then every text is another one.
 * @typedef {{text: string | null, seen: string, key: string, tried: string[], like?: string}} Try */

/** @type {Map<string, Try>} */
const unsure = new Map();

/** The tokens that undo the last saves of a cell, the newest last. The server has to know them if the person typed over a time
 * that is being undone, or was without being read again.
 * @type {Map<string, string[]>} */
const offers = new Map();
/** The server takes no more of them. */
const MOST_OFFERS = 10;

/** Return the tokens that undo the last saves of a cell, in a comma list.
 * @param {Place} place */
export const offersOf = (place) => (offers.get(key(place)) ?? []).join(",");

/** Return true if the server refused the request. Without a response, the outcome is unknown.
 * @param {number | undefined} status
 * @returns {boolean} */
export const wasRefused = (status) => status !== undefined && REFUSED.includes(status);

/** Return true if the same text may be saved later: there was no response, or one that says nothing about the text.
 * @param {number | undefined} status
 * @returns {boolean} */
export const mayPass = (status) => status === undefined || status === UNAUTHENTICATED || status >= 500;

/** Return true if the same text may be saved once somebody has granted the permission that was missing.
 * @param {number | undefined} status
 * @returns {boolean} */
export const mayBeGranted = (status) => status === FORBIDDEN || status === NOT_FOUND;

/** Return the key of an attempt: the same text keeps its key until its outcome is known.
 * @param {Place} place
 * @param {string} text
 * @param {string} seen
 * @returns {{key: string, tried: string[], like?: string}} */
export function tryOf(place, text, seen) {
  const before = unsure.get(key(place));
  if (!before) return { key: newKey(), tried: [] };
  if (before.text === text && before.seen === seen)
    return { key: before.key, tried: before.tried, ...(before.like ? { like: before.like } : {}) };
  return { key: newKey(), tried: [...before.tried, before.key] };
}

/** Give the next text of a cell a key of its own, even if it is the same again: the last one was discarded, and what it wrote
 * may be gone by then.
 * @param {Place} place */
export function discardTry(place) {
  const last = unsure.get(key(place));
  if (last) last.text = null;
}

/** Remember an attempt that may have reached the server; forget all attempts once one is saved.
 * @param {Try & {place: Place, status?: number, tokens?: string}} last
 * @param {boolean} fine */
export function noteFate({ place, text, seen, key: used, tried, like, status, tokens }, fine) {
  if (fine && tokens)
    offers.set(key(place), [...(offers.get(key(place)) ?? []), ...tokens.split(",")].slice(-MOST_OFFERS));
  const before = tried.at(-1);
  if (fine) unsure.delete(key(place));
  else if (!wasRefused(status)) unsure.set(key(place), { text, seen, key: used, tried, like });
  else if (before !== undefined)
    unsure.set(key(place), { text: null, seen: "", key: before, tried: tried.slice(0, -1) });
  else unsure.delete(key(place));
}
