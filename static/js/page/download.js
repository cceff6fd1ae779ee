// A plain link does not say who the viewer is, so a download is fetched first and then passed to the browser.
import { host } from "../host/host.js";
import { closest } from "./elements.js";
import { flagProblem, flagWhile } from "./flags.js";
import { t } from "./language.js";
import { say } from "./live.js";
import { newKey } from "./new_key.js";

const KEPT_MS = 10000;
const SLOW_MS = 1000;
const WRITTEN_BY_A_JOB = 202;

/** Save the app's answer as a file. Show the sentence of a refusal, or the progress of a job that writes the file. If the
 * request is made again because its answer was lost, it is still the same file for the audit log.
 * @param {string} url
 * @returns {Promise<boolean>} whether there is a file already */
async function download(url) {
  const headers = { Accept: "application/json, */*;q=0.5", "X-Download": newKey() };
  const answer = await host().fetch(url, { headers });
  if (!answer.ok) {
    flagProblem((await answer.json()).error);
    return false;
  }
  if (answer.status === WRITTEN_BY_A_JOB) {
    await window.htmx.ajax("GET", (await answer.json()).page, { target: "#dialog", swap: "innerHTML" });
    return false;
  }
  save(await answer.blob(), nameIn(answer.headers.get("Content-Disposition") ?? ""));
  document.dispatchEvent(new CustomEvent("file-saved", { detail: { url } }));
  return true;
}

/** The name of a file: one with letters other than English comes encoded, beside a plain one.
 * @param {string} header */
function nameIn(header) {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(header)?.[1];
  if (encoded) return decodeURIComponent(encoded);
  return /filename="([^"]+)"/.exec(header)?.[1] ?? "file";
}

/** Offer files again by a link of the page itself, as long as their first offers may still be refused.
 * @type {Set<() => void>} */
const offered = new Set();

/** Save a file. Firefox and Safari check it as if the frame of its link would show it, by the policy of the page around
 * that frame. For our own frame that is Jira's page, so the link is in a frame of ours.
 * @param {Blob} file
 * @param {string} name */
function save(file, name) {
  const url = URL.createObjectURL(file);
  const frame = document.createElement("iframe");
  frame.hidden = true;
  document.body.append(frame);
  const again = () => offer(document, url, name);
  offered.add(again);
  offer(frame.contentDocument ?? document, url, name);
  window.setTimeout(() => {
    offered.delete(again);
    frame.remove();
    URL.revokeObjectURL(url);
  }, KEPT_MS);
}

/** @param {Document} where
 * @param {string} url
 * @param {string} name */
function offer(where, url, name) {
  const link = where.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

// Atlassian's policy for a Forge app allows no such frame of ours. A refusal does not name the file, but concerns them all.
document.addEventListener("securitypolicyviolation", (event) => {
  if (!event.blockedURI.startsWith("blob")) return;
  for (const again of offered) {
    offered.delete(again);
    again();
  }
});

/** Addresses of files that are being fetched.
 * @type {Set<string>} */
const fetched = new Set();

/** Fetch a file, and say so if it takes a while. Another press of the same button meanwhile would only write it twice.
 * @param {string} url
 * @returns {Promise<boolean>} whether there is a file already */
async function start(url) {
  if (fetched.has(url)) return false;
  fetched.add(url);
  let end = () => {};
  const slow = window.setTimeout(() => {
    const text = t("The file is being prepared.");
    end = flagWhile(text);
    say(text);
  }, SLOW_MS);
  try {
    return await download(url);
  } catch {
    flagProblem(t("The file could not be read. Try again in a moment."));
    return false;
  } finally {
    window.clearTimeout(slow);
    end();
    fetched.delete(url);
  }
}

document.addEventListener("click", (event) => {
  const url = closest(event.target, "button[data-download]", HTMLElement)?.dataset.download;
  if (url !== undefined) start(url);
});

// The dialog of a file that is wanted once closes when there is the file.
document.addEventListener("submit", async (event) => {
  const form = closest(event.target, "form[data-download]", HTMLFormElement);
  if (!form) return;
  event.preventDefault();
  const chosen = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  const address = form.dataset.download ?? "";
  const query = String(new URLSearchParams(chosen));
  const saved = await start(query ? `${address}${address.includes("?") ? "&" : "?"}${query}` : address);
  if (saved && form.dataset.once !== undefined) closest(form, "dialog", HTMLDialogElement)?.close();
});
