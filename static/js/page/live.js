// The live region: what a screen reader says about a change that only the eye would notice.

/** @param {string} sentence for a screen reader */
export function say(sentence) {
  document.getElementById("live").textContent = sentence;
}
