// What only the page around us can do: the theme, and filling the frame. Its script may arrive after ours.

function greet() {
  window.AP?.theming?.initializeTheming?.();
  // A panel on an issue is as tall as its content; a page fills the frame.
  if (!document.getElementById("panel")) window.AP?.sizeToParent?.(true);
}

if (window.AP) greet();
else document.getElementById("jira-script")?.addEventListener("load", greet);
