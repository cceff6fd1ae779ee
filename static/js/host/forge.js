// Jira's page around the frame of a Forge app. Its bridge passes requests on to the server in envelopes, one for each, and
// gives us theme, navigation, and address. What is not in an envelope does not arrive: no cookies, no stream, no abort.
import { useHost } from "./host.js";

const CALL = "/forge/call";
/** What Atlassian passes on of a request, in bytes, and how long it waits for a response, in milliseconds. */
const LARGEST = 500_000;
const PATIENCE_MS = 25_000;
const EMPTY = [204, 205, 304];
const TOO_LARGE =
  '<p role="alert">This is more than Jira passes on at once, so nothing was sent. Choose a smaller file.</p>';
/** Where the pages of the app are inside Jira: their route follows the ids of the app and its environment. */
const ROUTE = /^\/(?:[^/]+\/)*?apps\/[^/]+\/[^/]+\/([^/?#]+)/;

/** @typedef {object} Place where the page is shown, as the bridge tells it
 * @property {string} moduleKey
 * @property {string} [locale]
 * @property {{ location?: string, issue?: { id: string } }} [extension] */

/** @typedef {object} Location
 * @property {string} pathname
 * @property {string} [search]
 * @property {string} [hash] */

/** @typedef {object} History
 * @property {Location} location
 * @property {(address: string) => void} replace
 * @property {(listener: (location: Location) => void) => void} listen */

/** @typedef {object} Bridge what we use of Atlassian's package
 * @property {(call: { method: string, path: string, body: object }) => Promise<any>} invokeRemote
 * @property {{ navigate(address: string): Promise<void>, open(address: string): Promise<void> }} router
 * @property {{ getContext(): Promise<Place>, createHistory(): Promise<History>, theme: { enable(): Promise<unknown> } }} view */

/** Return bytes in base64.
 * @param {Blob} file
 * @returns {Promise<string>} */
function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result).replace(/^[^,]*,?/, "")));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

/** Return the body of a request as it is packed into an envelope.
 * @param {BodyInit | null | undefined} body
 * @returns {Promise<object | undefined>} */
async function pack(body) {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string") return { text: body };
  if (!(body instanceof URLSearchParams || body instanceof FormData))
    throw new TypeError("only forms and texts can be sent");
  const form = [];
  for (const [name, value] of body) {
    if (typeof value === "string") form.push([name, value]);
    else form.push([name, { file: value.name, type: value.type, base64: await base64(value) }]);
  }
  return { form };
}

/** Return the response of an envelope.
 * @param {any} result what the bridge returned; the status is missing if it failed
 * @returns {Response} */
function unpack(result) {
  const { status, headers, text, base64: packed } = (result?.status === 200 && result.body) || {};
  if (typeof status !== "number")
    throw new TypeError(`the call failed: ${result?.message ?? result?.status}`);
  const bytes = packed === undefined ? text : Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return new Response(EMPTY.includes(status) ? null : bytes, { status, headers });
}

/** Return a promise that is rejected when the request is aborted or has taken as long as Atlassian waits.
 * @param {AbortSignal | null | undefined} signal
 * @returns {{ ended: Promise<never>, release: () => void }} */
function until(signal) {
  const stop = new AbortController();
  /** @type {Promise<never>} */
  const ended = new Promise((_, reject) => {
    const timer = window.setTimeout(() => reject(new TypeError("no answer in time")), PATIENCE_MS);
    stop.signal.addEventListener("abort", () => window.clearTimeout(timer));
    const abort = () => reject(signal?.reason ?? new DOMException("aborted", "AbortError"));
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { signal: stop.signal });
  });
  return { ended, release: () => stop.abort() };
}

/** Return a function that sends requests through the bridge.
 * @param {Bridge} bridge
 * @param {string} locale of the viewer
 * @returns {import("./host.js").Host["fetch"]} */
function sender(bridge, locale) {
  return async (url, request = {}) => {
    const { pathname, search } = new URL(url instanceof Request ? url.url : url, window.location.href);
    const headers = Object.fromEntries(new Headers(request.headers));
    // It would be the address of this frame at Atlassian's file server.
    delete headers["hx-current-url"];
    const body = {
      method: (request.method ?? "GET").toUpperCase(),
      path: pathname + search,
      headers: { ...headers, "accept-language": locale },
      body: await pack(request.body),
    };
    if (new Blob([JSON.stringify(body)]).size > LARGEST)
      return new Response(TOO_LARGE, { status: 413, headers: { "Content-Type": "text/html" } });
    const { ended, release } = until(request.signal);
    try {
      return unpack(await Promise.race([bridge.invokeRemote({ method: "POST", path: CALL, body }), ended]));
    } finally {
      release();
    }
  };
}

/** Return the server's address of the page to show, with the parameters that the address around ours has.
 * @param {Record<string, string>} pages
 * @param {Place} place
 * @param {Location | undefined} location
 * @returns {string} */
function addressOf(pages, place, location) {
  const around = new URL(place.extension?.location ?? "/", window.location.href);
  const route = location?.pathname.split("/")[1] || ROUTE.exec(around.pathname)?.[1] || "";
  const key = pages[place.moduleKey] ? place.moduleKey : pages[route] ? route : Object.keys(pages)[0];
  const given = new URLSearchParams(location?.search || around.search);
  return pages[key].replace(/\{(?:ac\.)?([\w.]+)\}/g, (_, name) =>
    encodeURIComponent((name === "issue.id" ? place.extension?.issue?.id : given.get(name)) ?? ""),
  );
}

/** Let the bridge be the host, and show the page of the server that the address around ours names.
 * @param {Bridge} bridge
 * @param {Record<string, string>} pages the server's address of each page by its name, with parameters in braces
 * @returns {Promise<() => void>} what to call once all scripts of the page have run */
export async function openPage(bridge, pages) {
  const { router, view } = bridge;
  // A panel on an issue has no address of its own.
  const [place, history] = await Promise.all([
    view.getContext(),
    view.createHistory().catch(() => undefined),
    view.theme.enable(),
  ]);
  // Jira promises only the mode. Our design tokens also ask which theme it is.
  document.documentElement.dataset.theme ??= "light:light dark:dark";
  document.documentElement.lang = (place.locale ?? "en").replace("_", "-");
  const send = sender(bridge, document.documentElement.lang);
  const first = history && { ...history.location };
  // Links in Jira's own navigation only change the address.
  history?.listen(({ pathname, search = "" }) => {
    if (pathname !== first?.pathname || search !== (first.search ?? "")) window.location.reload();
  });
  let ready = () => {};
  const allReady = new Promise((resolve) => {
    ready = () => resolve(undefined);
  });
  useHost({
    fetch: send,
    whenReady: (action) => void allReady.then(action),
    follow(link, event) {
      const { pathname, search, hash } = new URL(link.href);
      const apart = link.target === "_blank" || event.ctrlKey || event.metaKey || event.shiftKey;
      void (apart ? router.open : router.navigate)(pathname + search + hash);
      return true;
    },
    readPlace(read) {
      if (history) read(decodeURIComponent((history.location.hash ?? "").slice(1)));
    },
    writePlace(part) {
      if (!history) return false;
      history.replace(`${first?.pathname ?? "/"}${first?.search ?? ""}#${encodeURIComponent(part)}`);
      return true;
    },
  });
  try {
    const answer = await send(addressOf(pages, place, first));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    document.body.replaceChildren(...page.body.childNodes);
    return ready;
  } catch (error) {
    const unopened = document.getElementById("unopened");
    if (unopened instanceof HTMLTemplateElement) document.body.replaceChildren(unopened.content);
    throw error;
  }
}
