// Every request carries the session token; an expired one is renewed once, unseen, and the request repeated.
import { first } from "./elements.js";

const PATIENCE_MS = 10_000;

const holder = () => first(document, 'meta[name="session-token"]', HTMLMetaElement);

/** @type {Promise<string> | null} */
let renewal = null;

/** Jira's own page vouches for the viewer. Asked by callback, which every version of its script knows.
 * @returns {Promise<string>} */
function contextToken() {
  return new Promise((resolve, reject) => {
    window.setTimeout(() => reject(new Error("Jira gave no token")), PATIENCE_MS);
    window.AP?.context.getToken(resolve);
  });
}

/** A fresh token from Jira's own page, exchanged for a session token of ours.
 * @returns {Promise<string>} */
async function renew() {
  const context = await contextToken();
  const answer = await fetch(holder()?.dataset.renew ?? "/session", {
    method: "POST",
    headers: { Authorization: `JWT ${context}` },
  });
  if (!answer.ok) throw new Error(`session refused: ${answer.status}`);
  const { token } = await answer.json();
  holder()?.setAttribute("content", token);
  return token;
}

/** Fetch with the session token; on an expired session renew it once and repeat.
 * @param {RequestInfo | URL} url
 * @param {RequestInit} [request]
 * @returns {Promise<Response>} */
export async function sessionFetch(url, request = {}) {
  const send = (/** @type {string} */ token) =>
    fetch(url, { ...request, headers: { ...request.headers, Authorization: `JWT ${token}` } });
  const answer = await send(holder()?.content ?? "");
  if (answer.status !== 401 || !answer.headers.has("X-Session-Expired") || !window.AP) return answer;
  renewal ??= renew().finally(() => {
    renewal = null;
  });
  try {
    return await send(await renewal);
  } catch {
    return answer;
  }
}

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.fetch = sessionFetch;
});
