// What only the page around us can do: the theme, and filling the frame. Its script may arrive after ours.

function greet() {
  window.AP?.theming?.initializeTheming?.();
  window.AP?.sizeToParent?.(true);
}

if (window.AP) greet();
else document.getElementById("jira-script")?.addEventListener("load", greet);
