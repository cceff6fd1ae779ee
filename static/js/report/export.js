// Who closes the dialog of a file that a job writes gets back to it from the menu of exports, until it is downloaded.
import { byId, closest } from "../page/elements.js";

/** The address of the file’s dialog; empty without a file.
 * @type {string} */
let address = "";

function offer() {
  const item = byId("export-last", HTMLButtonElement);
  if (item) item.hidden = address === "";
}

document.addEventListener("htmx:after:swap", () => {
  const job = byId("export-job", HTMLElement);
  if (job) address = job.dataset.address ?? "";
  offer();
});

document.addEventListener("file-saved", ({ detail }) => {
  if (address && detail.url.startsWith(address)) address = "";
  offer();
});

document.addEventListener("click", (event) => {
  if (closest(event.target, "#cancel-export", HTMLButtonElement)) address = "";
  if (closest(event.target, "#export-last", HTMLButtonElement))
    window.htmx.ajax("GET", address, { target: "#dialog", swap: "innerHTML" });
  offer();
});
