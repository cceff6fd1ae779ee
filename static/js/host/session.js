// Requests of a page inside a Connect app send the session token. If it has ended, it is renewed once in the background
// and the request repeated. Whoever is signed in to Jira by then is who it is made for, so it also says whose page this is.
// An answer of a server between, such as a proxy whose app is down, counts as none.
import { first } from "../page/elements.js";

const PATIENCE_MS = 10_000;

const holder = () => first(document, 'meta[name="session-token"]', HTMLMetaElement);

/** @type {Promise<string> | null} */
let renewal = null;

/** Return a token from Jira's page, which identifies the viewer. Every version of its script supports the callback.
 * @returns {Promise<string>} */
function contextToken() {
  return new Promise((resolve, reject) => {
    window.setTimeout(() => reject(new Error("Jira gave no token")), PATIENCE_MS);
    window.AP?.context.getToken(resolve);
  });
}

/** Exchange a new token from Jira's page for a session token of the app.
 * @returns {Promise<string>} */
async function renew() {
  const context = await contextToken();
  const answer = await fetch(holder()?.dataset.renew ?? "/session", {
    method: "POST",
    headers: { Authorization: `JWT ${context}` }, // not shown
  });
  if (!answer.ok) throw new Error(`session refused: ${answer.status}`);
  const { token } = await answer.json();
  holder()?.setAttribute("content", token);
  return token;
}

/** Fetch from the app.
 * @param {RequestInfo | URL} url
 * @param {RequestInit} request
 * @param {string} token
 * @returns {Promise<Response>} */
async function send(url, request, token) {
  const { viewer = "" } = document.documentElement.dataset;
  const headers = { ...request.headers, Authorization: `JWT ${token}`, "X-Page-Viewer": viewer }; // not shown
  const answer = await fetch(url, { ...request, headers });
  if (!answer.headers.has("X-Request-Id")) throw new TypeError(`not an answer of the app: ${answer.status}`);
  return answer;
}

/** Fetch with the session token. If the session has ended, renew it once and repeat the request.
 * @param {RequestInfo | URL} url
 * @param {RequestInit} [request]
 * @returns {Promise<Response>} */
export async function sessionFetch(url, request = {}) {
  const answer = await send(url, request, holder()?.content ?? "");
  if (!answer.headers.has("X-Session-Expired") || !window.AP) return answer;
  renewal ??= renew().finally(() => {
    renewal = null;
  });
  // Only a renewal that fails leaves the refusal. If the repeated request gets no answer, its outcome is unknown.
  const token = await renewal.catch(() => null);
  return token === null ? answer : send(url, request, token);
}
