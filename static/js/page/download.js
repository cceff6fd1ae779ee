// A plain link does not say who the viewer is, so a download is fetched first and then passed to the browser.
import { host } from "../host/host.js";
import { closest } from "./elements.js";
import { flagProblem } from "./flags.js";
import { t } from "./language.js";

const KEPT_MS = 10000;
const WRITTEN_BY_A_JOB = 202;

/** Save the app's answer as a file. Show the sentence of a refusal, or the progress of a job that writes the file.
 * @param {string} url */
async function download(url) {
  const answer = await host().fetch(url, { headers: { Accept: "application/json, */*;q=0.5" } });
  if (!answer.ok) {
    flagProblem((await answer.json()).error);
    return;
  }
  if (answer.status === WRITTEN_BY_A_JOB) {
    await window.htmx.ajax("GET", (await answer.json()).page, { target: "#dialog", swap: "innerHTML" });
    return;
  }
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "file";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** @param {string} url */
function start(url) {
  download(url).catch(() => {
    flagProblem(t("The file could not be read. Try again in a moment."));
  });
}

document.addEventListener("click", (event) => {
  const url = closest(event.target, "button[data-download]", HTMLElement)?.dataset.download;
  if (url !== undefined) start(url);
});

document.addEventListener("submit", (event) => {
  const form = closest(event.target, "form[data-download]", HTMLFormElement);
  if (!form) return;
  event.preventDefault();
  const chosen = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  start(`${form.dataset.download}&${new URLSearchParams(chosen)}`);
});
