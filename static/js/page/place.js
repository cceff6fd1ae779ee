// The address of the page around ours names what is shown, so that a reload, the Back button, and a copied address show it
// again. A part with `data-place` contains the address at which the app shows it. `data-opening` marks the element that fetches
// the first part of a page. A page with neither has only its own address. A part with `data-kept` is also shown again, in the
// same tab and until it is closed, by a link to its page that names nothing, as in the menus.
import { host } from "../host/host.js";
import { closest, first, the } from "./elements.js";

/** The longest time that a page waits for the address around it before it opens as usual, in milliseconds. */
const PATIENCE_MS = 2000;
const PLACE = /^\/([\w-]+)(?:\/(?:[\da-f]{32}|(?<=^\/configure\/)[a-z-]+))?(?:\?[\w%=&.+~-]*)?$/;

/** @param {string} address @returns {string | undefined} the page of the app to which it belongs */
const pageOf = (address) => PLACE.exec(address)?.[1];

/** The part whose address counts. */
const part = () => first(document, "[data-place]", HTMLElement);

const shown = () => part()?.dataset.place ?? "";

const opening = first(document, "[data-opening]", HTMLElement)?.dataset.opening;

const { viewer = "", site = "" } = document.documentElement.dataset;

/** @param {string} page @returns {string} the place of what a person's page showed last, see STORED in actions.js */
const keptAs = (page) => `place ${page} ${site} ${viewer}`;

/** Keep what is shown, if its page wants that. */
function keep() {
  const page = pageOf(shown());
  if (!page || part()?.dataset.kept === undefined) return;
  try {
    window.sessionStorage.setItem(keptAs(page), shown());
  } catch {
    // Without a place for it, the page opens as usual.
  }
}

/** The place to which the address around ours leads, null until the page has opened.
 * @type {string | null} */
let known = opening === undefined ? shown() : null;

/** @param {string} address where the page opens
 * @returns {string} the place that is shown there again, "" if its link names something or nothing was kept */
function kept(address) {
  if (address.includes("?")) return "";
  try {
    const place = window.sessionStorage.getItem(keptAs(pageOf(address) ?? "")) ?? "";
    // The address around ours gets its name.
    if (place) known = "";
    return place;
  } catch {
    return "";
  }
}

/** The place that the address around ours named at first, "" for nothing of this page.
 * @type {Promise<string>} */
const named = new Promise((resolve) => {
  window.setTimeout(() => resolve(""), PATIENCE_MS);
  host().whenReady(() =>
    host().readPlace((place) => resolve(pageOf(place) === pageOf(opening ?? shown()) ? place : "")),
  );
});

/** Return whether a request of the part that opens the page is for its content, and not for its progress.
 * @param {string} url */
const opens = (url) => pageOf(url.split("?")[0]) !== undefined;

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const { fetch } = ctx;
  if (fetch && closest(event.target, "[data-opening]", HTMLElement))
    ctx.fetch = async (url, request) =>
      fetch((opens(`${url}`) && ((await named) || kept(`${url}`))) || url, request);
});

document.addEventListener("htmx:after:swap", () => {
  const now = shown();
  keep();
  if (!now || now === known) return;
  if (known === null || host().writePlace(now)) known = now;
});

if (known) {
  void named.then((place) => {
    const types = document.activeElement?.matches("input, textarea, select");
    const target = part();
    if (place && target && shown() === known && place !== known && !types)
      window.htmx.ajax("GET", place, { target, swap: "outerHTML", returns: true });
  });
}

// The page stays if what it showed is gone by now.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.returns || (ctx.response?.status ?? 0) < 400) return;
  ctx.target = the("flags", HTMLElement);
  ctx.swap = "beforeend";
});
