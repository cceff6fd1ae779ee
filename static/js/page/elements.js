// Elements by id, by selector, and around an event, each of the kind that the caller needs: another kind counts as none.

/** A kind of element, such as ``HTMLInputElement``.
 * @template {Element} E
 * @typedef {abstract new () => E} Kind */

/** The element with an id.
 * @template {Element} E
 * @param {string} id
 * @param {Kind<E>} kind
 * @returns {E | null} */
export function byId(id, kind) {
  const element = document.getElementById(id);
  return element instanceof kind ? element : null;
}

/** The element with an id that the page always has.
 * @template {Element} E
 * @param {string} id
 * @param {Kind<E>} kind
 * @returns {E} */
export function the(id, kind) {
  const element = byId(id, kind);
  if (!element) throw new Error(`the page has no ${kind.name} with the id ${id}`);
  return element;
}

/** The element that an event happened on, or the nearest one around it.
 * @template {Element} E
 * @param {EventTarget | null | undefined} target
 * @param {string} selector
 * @param {Kind<E>} kind
 * @returns {E | null} */
export function closest(target, selector, kind) {
  const element = target instanceof Element ? target.closest(selector) : null;
  return element instanceof kind ? element : null;
}

/** The first element inside another one.
 * @template {Element} E
 * @param {ParentNode | null | undefined} root
 * @param {string} selector
 * @param {Kind<E>} kind
 * @returns {E | null} */
export function first(root, selector, kind) {
  const element = root?.querySelector(selector);
  return element instanceof kind ? element : null;
}

/** All elements inside another one, in their order.
 * @template {Element} E
 * @param {ParentNode | null | undefined} root
 * @param {string} selector
 * @param {Kind<E>} kind
 * @returns {E[]} */
export function all(root, selector, kind) {
  const found = [...(root?.querySelectorAll(selector) ?? [])];
  return found.flatMap((element) => (element instanceof kind ? [element] : []));
}

/** A copy of what a template of the page holds.
 * @param {string} id
 * @returns {DocumentFragment} */
export function fromTemplate(id) {
  return document.importNode(the(id, HTMLTemplateElement).content, true);
}
