// Jira's page around the frame of a Forge app. Its bridge passes requests on to the server in envelopes, one for
// each, and provides theme, navigation, and address.
import { sender } from "./gateway.js";
import { useHost } from "./host.js";

/** The addresses of the app's pages inside Jira: the route follows the ids of the app and its environment. */
const ROUTE = /^\/(?:[^/]+\/)*?apps\/[^/]+\/[^/]+\/([^/?#]+)/;

/** The beginning of an address under Atlassian's API. The server's links have it until a call has named the site's own address. */
const API = /^.*?\/ex\/jira\/[^/]+(?=\/)/;

/** @typedef {object} Place where the page is shown, as the bridge describes it
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
 * @property {(listener: (location: Location, action: string) => void) => void} listen */

/** @typedef {object} Bridge what we use of Atlassian's package
 * @property {(call: { method: string, path: string, body: object }) => Promise<any>} invokeRemote
 * @property {{ navigate(address: string): Promise<void>, open(address: string): Promise<void> }} router
 * @property {{
 *   getContext(): Promise<Place>,
 *   createHistory(): Promise<History>,
 *   changeWindowTitle(title: string): Promise<void>,
 *   theme: { enable(): Promise<unknown> },
 * }} view */

/** Return the server's address of the page to show, with the parameters that the address around ours has.
 * @param {Record<string, string>} pages
 * @param {Place} place
 * @param {Location | undefined} location
 * @returns {string} */
function addressOf(pages, place, location) {
  const around = new URL(place.extension?.location ?? "/", window.location.href);
  const route = location?.pathname.split("/")[1] || ROUTE.exec(around.pathname)?.[1] || "";
  const known = new Map(Object.entries(pages));
  const page = known.get(place.moduleKey) ?? known.get(route) ?? Object.values(pages)[0];
  const query = new URLSearchParams(location?.search || around.search);
  return page.replace(/\{(?:ac\.)?([\w.]+)\}/g, (_, name) =>
    encodeURIComponent((name === "issue.id" ? place.extension?.issue?.id : query.get(name)) ?? ""),
  );
}

/** Return which part of the page an address around ours names: "" if it was cut off within a letter.
 * @param {string} hash
 * @returns {string} */
function partIn(hash) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

/** Give the window each title of our document: that of the page, and the time of a running timer before it. All pages of the
 * app are one for Jira, and tabs and the browser's history would not differ.
 * @param {Bridge["view"]} view */
function passTitleOn(view) {
  let shown = "";
  new MutationObserver(() => {
    if (document.title === shown) return;
    shown = document.title;
    view.changeWindowTitle(shown).catch(() => {});
  }).observe(document.head, { childList: true, subtree: true });
}

/** Say in the viewer's language that the page could not be opened; no sentence of the server has arrived yet.
 * @param {Record<string, string>} unopened the sentence by locale */
function sayUnopened(unopened) {
  const { lang } = document.documentElement;
  const language = (/** @type {string} */ locale) => locale.split("-")[0];
  const near = Object.keys(unopened).find((locale) => language(locale) === language(lang));
  const sentence = document.createElement("p");
  sentence.setAttribute("role", "alert");
  sentence.textContent = unopened[near ?? "en-US"];
  document.body.replaceChildren(sentence);
  document.body.removeAttribute("aria-busy");
}

/** Let the bridge be the host, and show the page of the server that the address around ours names.
 * @param {Bridge} bridge
 * @param {Record<string, string>} pages the server's address of each page by its name, with parameters in braces
 * @param {Record<string, string>} unopened what to say by locale if that fails
 * @returns {Promise<() => void>} what to call once all scripts of the page have run */
export async function openPage(bridge, pages, unopened) {
  const { router, view } = bridge;
  // A panel on an issue has no address of its own.
  const [place, history] = await Promise.all([
    view.getContext(),
    view.createHistory().catch(() => undefined),
    // Without it the page has its light colors.
    view.theme.enable().catch(() => undefined),
  ]).catch((error) => {
    sayUnopened(unopened);
    throw error;
  });
  document.documentElement.lang = (place.locale ?? "en").replace("_", "-");
  const send = sender(bridge, document.documentElement.lang);
  const first = history && { ...history.location };
  let part = partIn(first?.hash ?? "");
  // Links in Jira's own navigation only change the address. Only this page replaces one, when it shows another part of itself.
  history?.listen(({ pathname, search = "", hash = "" }, action) => {
    const left = pathname !== first?.pathname || search !== (first.search ?? "");
    if (left || (action !== "REPLACE" && partIn(hash) !== part)) window.location.reload();
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
      void (apart ? router.open : router.navigate)(pathname.replace(API, "") + search + hash);
      return true;
    },
    readPlace(read) {
      if (history) read(partIn(history.location.hash ?? ""));
    },
    writePlace(shown) {
      if (!history) return false;
      part = shown;
      history.replace(`${first?.pathname ?? "/"}${first?.search ?? ""}#${encodeURIComponent(part)}`);
      return true;
    },
  });
  try {
    const answer = await send(addressOf(pages, place, first));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (history) passTitleOn(view);
    document.title = page.title;
    const { lang, dir, dataset } = page.documentElement;
    Object.assign(document.documentElement, { lang, dir });
    Object.assign(document.documentElement.dataset, dataset);
    document.body.replaceChildren(...page.body.childNodes);
    return ready;
  } catch (error) {
    sayUnopened(unopened);
    throw error;
  }
}
