// Printing: a button prints the frame alone, and paper has the light theme.
import { closest } from "./elements.js";

const root = document.documentElement;
/** @type {string | undefined} the theme on the screen, while another one is printed */
let onScreen;

document.addEventListener("click", (event) => {
  if (closest(event.target, "[data-print]", HTMLButtonElement)) window.print();
});

window.addEventListener("beforeprint", () => {
  onScreen = root.dataset.colorMode;
  if (onScreen) root.dataset.colorMode = "light";
});

window.addEventListener("afterprint", () => {
  if (onScreen) root.dataset.colorMode = onScreen;
});
