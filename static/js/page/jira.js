// What only Jira's page around the frame can do: the theme, and the size of the frame. Its script may load after ours.
import { closest } from "./elements.js";

function greet() {
  window.AP?.theming?.initializeTheming?.();
  // A panel on an issue is as tall as its content; a page fills the frame that Jira provides.
  if (!document.querySelector(".ac-content.fits")) window.AP?.sizeToParent?.(true);
}

if (window.AP) greet();
else document.getElementById("jira-script")?.addEventListener("load", greet);

// Jira navigates between the app's pages, so that its address is right. Without its script the link does the same.
document.addEventListener("click", (event) => {
  const link = closest(event.target, "a[data-module]", HTMLAnchorElement);
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || event.defaultPrevented || !window.AP?.navigator) return;
  event.preventDefault();
  const [, addonKey] = new URL(link.href).pathname.match(/\/ac\/([^/]+)\//) ?? [];
  window.AP.navigator.go("addonmodule", { addonKey, moduleKey: link.dataset.module });
});
