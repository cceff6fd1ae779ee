// The focus is placed while the page has it. Before, it would be taken from Jira around the page, where somebody may be typing.

/** Place the focus now, or when the person comes back to the page.
 * @param {() => void} place */
export function whenHere(place) {
  if (document.hasFocus()) place();
  else window.addEventListener("focus", place, { once: true });
}

/** Do what makes the browser itself place the focus, but without that while the person is not here.
 * @param {HTMLElement} within what contains the element that would get it
 * @param {() => void} act */
export function keepAway(within, act) {
  const { inert } = within;
  // What is inert cannot be focused.
  within.inert ||= !document.hasFocus();
  act();
  within.inert = inert;
}
