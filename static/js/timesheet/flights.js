// Saves that have not been answered: a few at once, and only one at a time for each issue.
import { flagNote } from "../page/flags.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import { requestAside } from "../page/request_aside.js";
import { key } from "./cells.js";
import { offersOf } from "./tries.js";
import { afterReversals } from "./undo.js";

const AT_ONCE = 3;

/** @typedef {import("./cells.js").Place} Place */
/** @typedef {import("./undo.js").Action} Action */
/** @typedef {{first: string, last: string, group: string}} Span */
/** A text to send after the response to the one before it. ``overtaken``: the actions whose texts it replaces.
 * @typedef {{text: string, action: Action, like: string, overtaken: Action[]}} Next */
/** Another attempt. ``quiet``: nobody asked for it, so the same refusal is not announced again. ``ended`` takes its result.
 * @typedef {{quiet: boolean, ended: (saved: boolean) => void}} Again */
/** A save that has not been answered. It belongs to a day, not to a column, because other days may be shown by then.
 * ``url``: the address to save to, even while another layout is on the screen. ``part``: one of several cells that are
 * saved together. ``like``: the worklog that was copied, if it has attributes. ``after`` and ``now``: the worklogs and the
 * text of the cell in the answer. ``wait``: the seconds after which the server takes it. ``again``: who sent it again, if
 * its text was refused before.
 * @typedef {{place: Place, label: string, url: string, text: string, was: string, seen: string, span: Span,
 *   action: Action, overtaken: Action[], part: boolean, key: string, tried: string[], after?: string, now?: string,
 *   status?: number, tokens?: string, like: string, wait?: number, next?: Next, again?: Again}} Flight */

/** @type {Map<string, Flight>} */
const flights = new Map();
/** @type {{flight: Flight, answer: (reason: DocumentFragment) => void}[]} */
let waiting = [];
/** The issues with a write in progress. Writes to one issue are sequential because each changes its estimate.
 * @type {Set<string>} */
const busy = new Set();

/** Return true while a save has not been answered. */
export const pending = () => flights.size > 0;

/** Return all saves that have not been answered. */
export const underway = () => flights.values();

/** Return the unanswered save of a cell.
 * @param {Place} place */
export const flightTo = (place) => flights.get(key(place));

/** Remove a save whose response has been handled.
 * @param {Flight} flight */
export const landed = ({ place }) => flights.delete(key(place));

/** Send a save as soon as its cell is not being reversed, and no other write to its issue is in progress.
 * @param {Flight} flight
 * @returns {Promise<DocumentFragment>} the reason if the server refuses */
export async function launch(flight) {
  flights.set(key(flight.place), flight);
  await afterReversals(flight.place, [flight.action, ...flight.overtaken]);
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
    sendInTime(entry.flight)
      .then(entry.answer)
      .finally(() => {
        busy.delete(issue);
        pump();
      });
  }
}

/** Send a save, and again after a while if the server takes no more changes for now: that is not the fault of the cell.
 * @param {Flight} flight
 * @returns {Promise<DocumentFragment>} */
async function sendInTime(flight) {
  for (;;) {
    // The next try may get no answer, which would leave that of this one.
    flight.wait = 0;
    const reason = await send(flight);
    if (!flight.wait) return reason;
    flight.status = undefined;
    await pauseFor(flight.wait);
  }
}

/** The time until the server takes changes again, the same for all saves.
 * @type {Promise<void> | null} */
let pause = null;

/** @param {number} seconds */
function pauseFor(seconds) {
  pause ??= new Promise((go) => {
    const text = t("These are many changes at once. The rest is saved within a minute.");
    flagNote(text);
    say(text);
    window.setTimeout(() => {
      pause = null;
      go();
    }, seconds * 1000);
  });
  return pause;
}

/** Send the request, and return why it was refused.
 * @param {Flight} flight
 * @returns {Promise<DocumentFragment>} */
async function send(flight) {
  const { place, url, text: value, seen, key: used, tried, part, span, like } = flight;
  const undone = offersOf(place);
  const values = {
    issue: place.issue,
    day: place.day,
    value,
    seen,
    key: used,
    tried: tried.join(","),
    ...span,
    ...(like ? { like } : {}),
    ...(undone ? { undone } : {}),
  };
  const answer = await requestAside("POST", url, {
    flight,
    values: part ? { ...values, part: "1" } : values,
  });
  const reason = document.createDocumentFragment();
  reason.append(...answer.childNodes);
  return reason;
}
