// Requests and responses as Atlassian passes them on: JSON objects, one for each. Nothing else arrives: no cookies,
// no streams, and no aborts.

const EMPTY = [204, 205, 304];

/** @typedef {object} Envelope a request, as the server reads it
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} headers
 * @property {object | undefined} body */

/** @typedef {object} Answer a response, as the server writes it
 * @property {number} status
 * @property {Record<string, string>} [headers]
 * @property {string} [text]
 * @property {string} [base64]
 * @property {{ id: string, of: number }} [parts] the response has to be requested in this many parts */

/** Return bytes in base64.
 * @param {Blob} file
 * @returns {Promise<string>} */
export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result).replace(/^[^,]*,?/, "")));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

/** Return the bytes of a text in base64.
 * @param {string} packed */
export const bytesOf = (packed) => Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));

/** Return the envelope of a request.
 * @param {string} path
 * @param {RequestInit} request
 * @param {string} locale of the viewer
 * @returns {Promise<Envelope>} */
export async function pack(path, request, locale) {
  const headers = Object.fromEntries(new Headers(request.headers));
  // This header would contain the address of this frame at Atlassian's file server.
  delete headers["hx-current-url"];
  return {
    method: (request.method ?? "GET").toUpperCase(),
    path,
    headers: {
      ...headers,
      "accept-language": locale,
      "x-page-viewer": document.documentElement.dataset.viewer ?? "",
    },
    body: await packBody(request.body),
  };
}

/** @param {BodyInit | null | undefined} body
 * @returns {Promise<object | undefined>} */
async function packBody(body) {
  if (body === null || body === undefined) return undefined;
  if (typeof body === "string") return { text: body };
  if (!(body instanceof URLSearchParams || body instanceof FormData))
    throw new TypeError("only forms and texts can be sent");
  const form = [];
  for (const [name, value] of body) {
    if (typeof value === "string") form.push([name, value]);
    else form.push([name, { file: value.name, type: value.type, base64: await base64(value) }]);
  }
  return { form };
}

/** Return the response in an envelope.
 * @param {Answer} answer
 * @returns {Response} */
export function unpack({ status, headers, text, base64: packed }) {
  const body = packed === undefined ? text : bytesOf(packed);
  return new Response(EMPTY.includes(status) ? null : body, { status, headers });
}
