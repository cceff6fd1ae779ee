// Calls through Atlassian's gateway: it limits their number, size, and duration, and it may fail by itself. A call that
// did not arrive is made again, and so is one that changes nothing when it is repeated.

import { pause, turn } from "./call_limit.js";
import { base64, bytesOf, pack, unpack } from "./envelope.js";

/** @typedef {import("./envelope.js").Answer} Answer */
/** @typedef {{ invokeRemote: (call: { method: string, path: string, body: object }) => Promise<any> }} Bridge */

const CALL = "/forge/call";
/** The largest request that Atlassian passes on, in bytes, and how long it waits for a response, in milliseconds. */
const LARGEST = 500_000;
const PATIENCE_MS = 25_000;
/** The size of a part before it is packed, and how many parts the server accepts. */
const PART = 360_000;
const MOST_PARTS = 20;
/** The waits before a call is made again: if too many were made, until the next minute; if one failed, for a moment. */
const LIMITED_MS = [1000, 2000, 4000, 8000, 16_000, 32_000];
const FAILED_MS = [500, 3000];

/** A call that got no answer. If it is ``limited``, it did not reach the server either. */
class Unanswered extends TypeError {
  /** @param {any} result what the bridge returned, or the error that it raised */
  constructor(result) {
    super(`the call failed: ${result?.message ?? result?.status}`);
    this.limited = result?.status === 429 || /too many requests|rate limit/i.test(result?.message ?? "");
  }
}

/** Return a promise that is rejected when the request is aborted or has taken as long as Atlassian waits.
 * @param {AbortSignal | null | undefined} signal
 * @returns {{ ended: Promise<never>, release: () => void }} */
function until(signal) {
  const stop = new AbortController();
  /** @type {Promise<never>} */
  const ended = new Promise((_, reject) => {
    const timer = window.setTimeout(
      () => reject(new Unanswered({ message: "no answer in time" })), // not shown
      PATIENCE_MS,
    );
    stop.signal.addEventListener("abort", () => window.clearTimeout(timer));
    const abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { signal: stop.signal });
  });
  return { ended, release: () => stop.abort() };
}

/** Say why nothing happens. The scripts for this are loaded only now, because they need the page that the first call returns. */
async function showBusy() {
  if (!document.getElementById("flags")) return;
  const { flagProblem } = await import("../page/flags.js");
  const { t } = await import("../page/language.js");
  flagProblem(t("Jira limits requests at the moment. Keep this page open: what you did is sent soon."));
}

/** Return the answer to a request that is too large to be sent even in parts. */
async function refuseTooLarge() {
  const { t } = await import("../page/language.js");
  const sentence = document.createElement("p");
  sentence.setAttribute("role", "alert");
  sentence.textContent = t("This file is too large for Jira, so nothing was sent. Choose a smaller one.");
  return new Response(sentence.outerHTML, { status: 413, headers: { "Content-Type": "text/html" } });
}

/** Make one call.
 * @param {Bridge} bridge
 * @param {object} body
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<Answer>} */
async function invoke(bridge, body, signal) {
  await turn(signal, () => void showBusy());
  const { ended, release } = until(signal);
  const call = bridge.invokeRemote({ method: "POST", path: CALL, body }).catch((error) => error);
  try {
    const result = await Promise.race([call, ended]);
    if (result?.status === 200 && typeof result.body?.status === "number") return result.body;
    throw new Unanswered(result);
  } finally {
    release();
  }
}

/** Make one call, and make it again if that does no harm.
 * @param {Bridge} bridge
 * @param {object} body
 * @param {AbortSignal | null | undefined} signal
 * @param {boolean} repeatable true if a call that arrived twice has the effect of one
 * @returns {Promise<Answer>} */
async function call(bridge, body, signal, repeatable) {
  const limited = LIMITED_MS.values();
  const failed = (repeatable ? FAILED_MS : []).values();
  for (;;) {
    try {
      return await invoke(bridge, body, signal);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      const { value } = (error.limited ? limited : failed).next();
      if (value === undefined) throw error;
      if (error.limited) void showBusy();
      await pause(value, signal);
    }
  }
}

/** Send a request in parts, and return the answer to the last one. Each part names the request, so that a refusal is in its
 * language and form.
 * @param {Bridge} bridge
 * @param {Blob} whole
 * @param {object} about
 * @param {AbortSignal | null | undefined} signal
 * @param {boolean} repeatable
 * @returns {Promise<Answer>} */
async function sendInParts(bridge, whole, about, signal, repeatable) {
  const id = crypto.randomUUID();
  const of = Math.ceil(whole.size / PART);
  for (let number = 0; ; number += 1) {
    const last = number === of - 1;
    const data = await base64(whole.slice(number * PART, (number + 1) * PART));
    const answer = await call(
      bridge,
      { ...about, part: { id, number, of, data } },
      signal,
      repeatable || !last,
    );
    if (last || answer.status !== 204) return answer;
  }
}

/** Request a response in parts.
 * @param {Bridge} bridge
 * @param {{ id: string, of: number }} parts
 * @param {object} about the request
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<Answer>} */
async function readInParts(bridge, { id, of }, about, signal) {
  const found = [];
  for (let number = 0; number < of; number += 1) {
    const answer = await call(bridge, { ...about, answer: { id, number } }, signal, true);
    if (answer.base64 === undefined) return answer;
    found.push(bytesOf(answer.base64));
  }
  const whole = new Blob(found).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(whole).json();
}

/** Return whether a request may arrive twice: it only reads, or the server knows its idempotency key.
 * @param {RequestInit} request */
function isRepeatable({ method = "GET", body }) {
  const form = body instanceof URLSearchParams || body instanceof FormData;
  return method.toUpperCase() === "GET" || (form && Boolean(body.get("key")));
}

/** Return a function that sends requests through the bridge.
 * @param {Bridge} bridge
 * @param {string} locale of the viewer
 * @returns {import("./host.js").Host["fetch"]} */
export function sender(bridge, locale) {
  return async (url, request = {}) => {
    const { pathname, search } = new URL(url instanceof Request ? url.url : url, window.location.href);
    const envelope = await pack(pathname + search, request, locale);
    const { body: _, ...about } = envelope;
    const whole = new Blob([JSON.stringify(envelope)]);
    if (whole.size > PART * MOST_PARTS) return refuseTooLarge();
    const { signal } = request;
    const repeatable = isRepeatable(request);
    const answer =
      whole.size > LARGEST
        ? await sendInParts(bridge, whole, about, signal, repeatable)
        : await call(bridge, envelope, signal, repeatable);
    return unpack(answer.parts ? await readInParts(bridge, answer.parts, about, signal) : answer);
  };
}
