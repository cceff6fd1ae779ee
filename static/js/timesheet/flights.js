// What is on its way to Jira: a few saves at once, one after the other for each issue.
import { key } from "./cells.js";

const AT_ONCE = 3;

/** @typedef {import("./cells.js").Place} Place */
/** @typedef {import("./undo.js").Action} Action */
/** @typedef {{first: string, last: string, group: string}} Span */
/** What is on its way to Jira. It belongs to a day, not to a column: other days may be shown when the answer comes.
 * ``url``: where it is saved, also while another layout is on the screen. ``part``: one of several cells that are
 * saved together. ``next`` waits for the answer.
 * @typedef {{place: Place, label: string, url: string, text: string, was: string, seen: string, span: Span,
 *   action: Action, part: boolean, key: string, tried: string[], after?: string, status?: number, tokens?: string,
 *   next?: {text: string, action: Action}}} Flight */

/** @type {Map<string, Flight>} */
const flights = new Map();
/** @type {{flight: Flight, answer: (reason: DocumentFragment) => void}[]} */
let waiting = [];
/** The issues that are being written to: one write after the other, as each moves the same estimate.
 * @type {Set<string>} */
const busy = new Set();

/** True while something typed has not been answered. */
export const pending = () => flights.size > 0;

/** All that is on its way. */
export const underway = () => flights.values();

/** What is on its way for a cell.
 * @param {Place} place */
export const flightTo = (place) => flights.get(key(place));

/** Its answer has been dealt with.
 * @param {Flight} flight */
export const landed = ({ place }) => flights.delete(key(place));

/** Send a save as soon as its issue is free.
 * @param {Flight} flight
 * @returns {Promise<DocumentFragment>} what the answer says where it refuses */
export function launch(flight) {
  flights.set(key(flight.place), flight);
  return new Promise((answer) => {
    waiting.push({ flight, answer });
    pump();
  });
}

function pump() {
  for (const entry of [...waiting]) {
    if (busy.size >= AT_ONCE) return;
    const { issue } = entry.flight.place;
    if (busy.has(issue)) continue;
    busy.add(issue);
    waiting = waiting.filter((other) => other !== entry);
    send(entry.flight)
      .then(entry.answer)
      .finally(() => {
        busy.delete(issue);
        pump();
      });
  }
}

/** Send from an element of its own: the cell may be gone before the answer comes.
 * @param {Flight} flight
 * @returns {Promise<DocumentFragment>} */
async function send(flight) {
  const source = document.body.appendChild(document.createElement("i"));
  source.hidden = true;
  const { place, url, text: value, seen, key: used, tried, part, span } = flight;
  const values = {
    issue: place.issue,
    day: place.day,
    value,
    seen,
    key: used,
    tried: tried.join(","),
    ...span,
  };
  await window.htmx.ajax("POST", url, {
    source,
    target: source,
    swap: "none",
    flight,
    values: part ? { ...values, part: "1" } : values,
  });
  const reason = document.createDocumentFragment();
  reason.append(...source.childNodes);
  source.remove();
  return reason;
}
