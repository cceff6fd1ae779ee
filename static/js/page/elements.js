// Find elements by id, by selector, or around an event, and show a text in one. An element of another type than requested
// counts as not found.

/** A type of element, such as ``HTMLInputElement``.
 * @template {Element} E
 * @typedef {abstract new () => E} Kind */

/** Return the element with an id.
 * @template {Element} E
 * @param {string} id
 * @param {Kind<E>} kind
 * @returns {E | null} */
export function byId(id, kind) {
  const element = document.getElementById(id);
  return element instanceof kind ? element : null;
}

/** Return the element with an id that exists on every page.
 * @template {Element} E
 * @param {string} id
 * @param {Kind<E>} kind
 * @returns {E} */
export function the(id, kind) {
  const element = byId(id, kind);
  if (!element) throw new Error(`the page has no ${kind.name} with the id ${id}`);
  return element;
}

/** Return the target of an event, or its nearest ancestor that matches.
 * @template {Element} E
 * @param {EventTarget | null | undefined} target
 * @param {string} selector
 * @param {Kind<E>} kind
 * @returns {E | null} */
export function closest(target, selector, kind) {
  const element = target instanceof Element ? target.closest(selector) : null;
  return element instanceof kind ? element : null;
}

/** Return the first matching element inside another one.
 * @template {Element} E
 * @param {ParentNode | null | undefined} root
 * @param {string} selector
 * @param {Kind<E>} kind
 * @returns {E | null} */
export function first(root, selector, kind) {
  const element = root?.querySelector(selector);
  return element instanceof kind ? element : null;
}

/** Return all matching elements inside another one, in document order.
 * @template {Element} E
 * @param {ParentNode | null | undefined} root
 * @param {string} selector
 * @param {Kind<E>} kind
 * @returns {E[]} */
export function all(root, selector, kind) {
  const found = [...(root?.querySelectorAll(selector) ?? [])];
  return found.flatMap((element) => (element instanceof kind ? [element] : []));
}

/** Return a copy of the content of one of the page's templates.
 * @param {string} id
 * @returns {DocumentFragment} */
export function fromTemplate(id) {
  return document.importNode(the(id, HTMLTemplateElement).content, true);
}

/** Show a text in an element unless it is there already: in a new node, screen readers would announce it again.
 * @param {Element | null} element
 * @param {string} text */
export function showText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
