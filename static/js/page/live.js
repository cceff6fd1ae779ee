// The live region: what a screen reader says about a change that only the eye would notice.
import { the } from "./elements.js";

/** @param {string} sentence for a screen reader */
export function say(sentence) {
  the("live", HTMLElement).textContent = sentence;
}
