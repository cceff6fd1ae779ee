// What only the page around us can do: the theme, and filling the frame.

if (window.AP) {
  window.AP.theming?.initializeTheming();
  window.AP.sizeToParent?.(true);
}
