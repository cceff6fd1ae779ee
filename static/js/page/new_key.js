// A key for a request that may be made again, so that what it does is done and recorded once.

/** Return a new key of 32 hexadecimal digits, which identifies a request that may be made again. `randomUUID` needs a
 * secure context; http to loopback under a name is none.
 * @returns {string} */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
