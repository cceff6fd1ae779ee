// The direction in which a language is read: what the arrow keys mean, and on which side lines begin.

/** @returns {1 | -1} -1 in a language that runs from right to left */
export const forward = () => (document.documentElement.dir === "rtl" ? -1 : 1);

/** Return the key that means the same from left to right: in a language that runs from right to left, the left arrow
 * moves forward and the right one back.
 * @param {string} key of an event
 * @returns {string} */
export function inReadingOrder(key) {
  if (forward() > 0) return key;
  if (key === "ArrowLeft") return "ArrowRight";
  return key === "ArrowRight" ? "ArrowLeft" : key;
}

/** Return how far something is from the edge of the window at which lines begin.
 * @param {{ left: number, right: number }} at
 * @returns {number} */
export const startOf = ({ left, right }) =>
  forward() > 0 ? left : document.documentElement.clientWidth - right;
