// The entry of the Forge app's page: opens the page of the server first, and then runs the scripts that every page has.
import { invokeRemote, router, view } from "@forge/bridge";
import { openPage } from "../../static/js/host/forge.js";

/** Run a script that is not a module, as htmx expects to.
 * @param {string} address
 * @returns {Promise<void>} */
function run(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${address} could not be loaded`)));
    script.src = address;
    document.head.append(script);
  });
}

// The build puts in which page each module shows, and the sentence for a page that cannot be opened.
const ready = await openPage({ invokeRemote, router, view }, globalThis.PAGES, globalThis.UNOPENED);
await import("../../static/js/features.js");
await run("./htmx.min.js");
ready();
document.body.removeAttribute("aria-busy");
