// Requests from an element of their own: the part of the page that they are about may be gone before the response arrives.

/** Send a request and return the element that received the response. By default, only the out-of-band parts of a response
 * are shown, and a request that fails says nothing.
 * @param {"GET" | "POST"} method
 * @param {string} url
 * @param {HtmxAjaxOptions} options
 * @returns {Promise<HTMLElement>} */
export async function requestAside(method, url, options) {
  const source = document.body.appendChild(document.createElement("i"));
  source.hidden = true;
  await window.htmx.ajax(method, url, { swap: "none", quiet: true, ...options, source, target: source });
  source.remove();
  return source;
}
