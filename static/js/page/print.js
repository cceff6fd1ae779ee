// Printing: a button prints the frame alone, and paper has the light theme. A page that does not show all that paper has to
// show prevents the event "print-asked", and prints once it does.
import { closest } from "./elements.js";

const root = document.documentElement;
/** @type {string | undefined} the theme on the screen, while another one is printed */
let onScreen;

document.addEventListener("click", (event) => {
  if (!closest(event.target, "[data-print]", HTMLButtonElement)) return;
  if (document.dispatchEvent(new CustomEvent("print-asked", { cancelable: true }))) window.print();
});

window.addEventListener("beforeprint", () => {
  onScreen = root.dataset.colorMode;
  if (onScreen) root.dataset.colorMode = "light";
});

window.addEventListener("afterprint", () => {
  if (onScreen) root.dataset.colorMode = onScreen;
});
