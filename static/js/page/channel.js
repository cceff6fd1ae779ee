// Messages between the pages of one browser.

/** Return a channel of this name; undefined if the browser refuses it, so that each page is alone. Firefox refuses it
 * to frames of other sites if it blocks their cookies.
 * @param {string} name
 * @returns {BroadcastChannel | undefined} */
export function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}
