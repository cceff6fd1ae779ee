// The direction of an arrow key in a table that runs in the reading direction of the language.

/** Return the key that means the same from left to right: in a language that runs from right to left, the left arrow
 * moves forward and the right one back.
 * @param {string} key of an event
 * @returns {string} */
export function inReadingOrder(key) {
  if (document.documentElement.dir !== "rtl") return key;
  if (key === "ArrowLeft") return "ArrowRight";
  return key === "ArrowRight" ? "ArrowLeft" : key;
}
