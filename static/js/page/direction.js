// Which way an arrow key leads in a table that runs as the language is read.

/** Return the key that means the same from left to right: in a language that runs from right to left, the left arrow
 * leads on and the right one back.
 * @param {string} key of an event
 * @returns {string} */
export function inReadingOrder(key) {
  if (document.documentElement.dir !== "rtl") return key;
  if (key === "ArrowLeft") return "ArrowRight";
  return key === "ArrowRight" ? "ArrowLeft" : key;
}
