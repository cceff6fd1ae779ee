// The page around ours, and everything that only it can do. All other scripts use this module and do not know which
// page it is; the entry of a page imports the implementation before everything else.
//
// Flags, dialogs, and downloads are the page's own: they work in every frame that may run scripts and save files. Uploads
// are form data that `fetch` sends.
import { closest } from "../page/elements.js";
import { afterRelease } from "../page/pressed.js";

/** @typedef {object} Host
 * @property {(url: RequestInfo | URL, request?: RequestInit) => Promise<Response>} fetch
 *   Send a request to the app for the viewer, as the function of the same name does.
 * @property {(action: () => void) => void} whenReady
 *   Call `action` once the other functions can be used. Outside of Jira that never happens.
 * @property {(link: HTMLAnchorElement, event: MouseEvent) => boolean} follow
 *   Open the page around ours that a link names. False: the browser follows it.
 * @property {(read: (place: string) => void) => void} readPlace
 *   Pass on which part of the page the address around ours names, "" for none. A host without such an address
 *   does not call `read`.
 * @property {(place: string) => boolean} writePlace
 *   Let the address around ours name a part of the page, without a new entry in the history. False if it cannot. */

/** @type {Host | null} */
let current = null;

/** Use this implementation from now on.
 * @param {Host} implementation */
export function useHost(implementation) {
  current = implementation;
}

/** Return the page around ours.
 * @returns {Host} */
export function host() {
  if (!current) throw new Error("no host is chosen: the entry has to import an implementation first");
  return current;
}

/** Return whether the frame is as tall as its content, like a panel on an issue, instead of a page that fills its frame. */
export const fitsContent = () => document.documentElement.dataset.frame === "fits";

/** Return an answer once all of it has arrived and no button is pressed. One that is cut off counts as none: the part that
 * came says nothing to anybody. One to a request that was aborted meanwhile is not shown.
 * @param {Response} answer
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<Response>} */
async function whenWanted(answer, signal) {
  const text = await answer.clone().text();
  await afterRelease();
  signal?.throwIfAborted();
  // To read it again would take a moment in which the request may be aborted, too.
  return Object.assign(answer, { text: async () => text });
}

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.fetch = async (url, request) =>
    whenWanted(await host().fetch(url, request), request?.signal);
});

document.addEventListener("click", (event) => {
  const link = closest(event.target, "a[target]", HTMLAnchorElement);
  if (link && !event.defaultPrevented && host().follow(link, event)) event.preventDefault();
});
