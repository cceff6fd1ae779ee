/* AP.request: a call of Jira's REST API as the signed-in person. */

/** Call and answer in a form that can be posted. */
export async function request(entry, spec) {
  const url = new URL(spec.url.startsWith("/") ? spec.url : `/${spec.url}`, window.location.origin);
  if (url.origin !== window.location.origin || !url.pathname.startsWith("/rest/")) {
    throw new Error("AP.request reaches only the REST API of this site");
  }
  const method = (spec.type || spec.method || "GET").toUpperCase();
  const cache = spec.cache ? "default" : "no-store";
  const answer = await fetch(url, { method, cache, ...content(entry, spec, method, url) });
  return {
    status: answer.status,
    statusText: answer.statusText,
    body: await answer.text(),
    headers: Object.fromEntries(answer.headers),
  };
}

function content(entry, spec, method, url) {
  const headers = { ...spec.headers, "X-Emulated-App": entry.spec.app };
  if (spec.data === undefined) return { headers };
  if (method === "GET") {
    for (const [name, value] of Object.entries(spec.data)) url.searchParams.append(name, value);
    return { headers };
  }
  headers["Content-Type"] = spec.contentType || "application/json";
  return { headers, body: typeof spec.data === "string" ? spec.data : JSON.stringify(spec.data) };
}
