// The live region: announces changes to screen readers that would only be visible otherwise.
import { the } from "./elements.js";

/** @param {string} sentence for a screen reader */
export function say(sentence) {
  the("live", HTMLElement).textContent = sentence;
}
