// What only the page around us can do: the theme, and filling the frame. Its script may arrive after ours.
import { closest } from "./elements.js";

function greet() {
  window.AP?.theming?.initializeTheming?.();
  // A panel on an issue is as tall as its content; a page fills the place that Jira gives it.
  if (!document.querySelector(".ac-content.fits")) window.AP?.sizeToParent?.(true);
}

if (window.AP) greet();
else document.getElementById("jira-script")?.addEventListener("load", greet);

// Between the app's pages Jira itself goes, so that its address follows; without its script the link does the same.
document.addEventListener("click", (event) => {
  const link = closest(event.target, "a[data-module]", HTMLAnchorElement);
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || event.defaultPrevented || !window.AP?.navigator) return;
  event.preventDefault();
  const [, addonKey] = new URL(link.href).pathname.match(/\/ac\/([^/]+)\//) ?? [];
  window.AP.navigator.go("addonmodule", { addonKey, moduleKey: link.dataset.module });
});
