// A plain link does not say who the viewer is, so a download is fetched first and then passed to the browser.
import { host } from "../host/host.js";
import { closest } from "./elements.js";
import { flagProblem } from "./flags.js";
import { t } from "./language.js";

const KEPT_MS = 10000;

/** @param {string} url */
async function download(url) {
  const answer = await host().fetch(url, { headers: {} });
  if (!answer.ok) throw new Error(`refused: ${answer.status}`);
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "file";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

document.addEventListener("click", (event) => {
  const url = closest(event.target, "[data-download]", HTMLElement)?.dataset.download;
  if (url === undefined) return;
  download(url).catch(() => {
    flagProblem(t("The file could not be read. Try again in a moment."));
  });
});
