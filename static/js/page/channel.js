// Messages between the pages of one browser.

/** Return a channel of this name. None: Firefox refuses it to frames of other sites if it blocks their cookies, so each page is alone.
 * @param {string} name
 * @returns {BroadcastChannel | undefined} */
export function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}
