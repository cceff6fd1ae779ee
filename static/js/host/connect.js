// Jira's page around the frame of a Connect app: its script provides theme, size, navigation, address, and tokens. That
// script may load after ours, and older versions lack some of it.
import { fitsContent, useHost } from "./host.js";
import { sessionFetch } from "./session.js";

/** @param {() => void} action */
function whenReady(action) {
  if (window.AP) action();
  else document.getElementById("jira-script")?.addEventListener("load", action);
}

/** Let Jira navigate between the app's pages, so that the address in the browser is right. Without its script the link does the same.
 * @param {HTMLAnchorElement} link
 * @param {MouseEvent} event
 * @returns {boolean} */
function follow(link, event) {
  const { module } = link.dataset;
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!module || !plain || !window.AP?.navigator) return false;
  const [, addonKey] = new URL(link.href).pathname.match(/\/ac\/([^/]+)\//) ?? [];
  window.AP.navigator.go("addonmodule", { addonKey, moduleKey: module });
  return true;
}

/** @param {(place: string) => void} read */
function readPlace(read) {
  window.AP?.history?.getState?.("hash", (state = "") => read(state));
}

/** @param {string} place
 * @returns {boolean} */
function writePlace(place) {
  if (!window.AP?.history?.replaceState) return false;
  window.AP.history.replaceState(place);
  return true;
}

useHost({ fetch: sessionFetch, whenReady, follow, readPlace, writePlace });

whenReady(() => {
  window.AP?.theming?.initializeTheming?.();
  if (!fitsContent()) window.AP?.sizeToParent?.(true);
});
