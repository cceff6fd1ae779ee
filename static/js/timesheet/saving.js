// Send typed texts to the server and show the result in the cells, wherever they are by then.
import { fromTemplate } from "../page/elements.js";
import { followDays } from "./answers.js";
import { cellAt, grid, label, nameCell, placeOf, seenIn, setText, textOf } from "./cells.js";
import { split, takeOver } from "./comment.js";
import { flightTo, landed, launch, pending, underway } from "./flights.js";
import { drop, markRefused, refuse } from "./refused.js";
import { CONFLICT, noteFate, tryOf, wasRefused } from "./tries.js";
import { answered, beginAction, reopen } from "./undo.js";

/** @typedef {import("./flights.js").Flight} Flight */
/** @typedef {import("./flights.js").Next} Next */
/** @typedef {import("./flights.js").Again} Again */
/** @typedef {import("./refused.js").Refusal} Refusal */
/** @typedef {import("./undo.js").Action} Action */

/** The fields that a save does not take over from the one before it. */
const NEW = { next: undefined, status: undefined, after: undefined, now: undefined, tokens: "" };

/** Send one cell as a separate action. A second value for the same cell waits for the first response.
 * @param {HTMLTableCellElement} td
 * @param {string} text */
export const save = (td, text) => saveAll([[td, text]]);

/** Send several cells as one action. A pasted one may name the worklog whose attributes come along.
 * @param {[HTMLTableCellElement, string, string?][]} cells */
export function saveAll(cells) {
  if (!cells.length) return;
  const action = beginAction(cells.map(([td]) => placeOf(td)));
  for (const [td, text, like] of cells) saveOne(td, text, action, cells.length > 1, like);
}

/** Send a refused text again, to its cell or, if that is not on the screen, to its day.
 * @param {Refusal} refusal
 * @param {Action} action
 * @param {boolean} part
 * @param {Again} again */
export function saveAgain({ place, text, seen, flight, like }, action, part, again) {
  const td = cellAt(place);
  if (td) {
    saveOne(td, text, action, part, like, again);
    return;
  }
  const rest = { text, seen, action, overtaken: reopen(drop(place)), part, like, again };
  send({ ...flight, ...NEW, ...tryOf(place, text, seen), ...rest });
}

/** @param {HTMLTableCellElement} td
 * @param {string} text
 * @param {Action} action
 * @param {boolean} part
 * @param {string} [like]
 * @param {Again} [again] */
function saveOne(td, text, action, part, like = "", again = undefined) {
  const place = placeOf(td);
  const flight = flightTo(place);
  const was = td.dataset.was ?? textOf(td);
  const seen = seenIn(td);
  const { first = "", last = "", group = "", save: url = "" } = grid().dataset;
  delete td.dataset.was;
  delete td.dataset.seen;
  const overtaken = reopen(drop(place));
  td.classList.remove("saved");
  markSaving(td, text);
  if (flight) {
    if (flight.next) overtaken.push(...flight.next.overtaken, flight.next.action);
    flight.next = { text: takeOver(text, flight.next?.text), action, like, overtaken };
    flight.again &&= { ...flight.again, quiet: false };
    return;
  }
  const span = { first, last, group };
  send({
    place,
    label: label(td),
    url,
    text,
    was,
    seen,
    span,
    action,
    overtaken,
    part,
    like,
    again,
    ...tryOf(place, text, seen),
  });
}

/** @param {HTMLTableCellElement} td
 * @param {string} text */
function markSaving(td, text) {
  td.classList.add("saving");
  td.setAttribute("aria-busy", "true");
  setText(td, split(text)[0]);
}

/** @param {Flight} flight */
async function send(flight) {
  settle(flight, await launch(flight));
}

/** @param {Flight} flight
 * @param {DocumentFragment} reason */
function settle(flight, reason) {
  const { next, status, action, overtaken } = flight;
  const fine = status !== undefined && status < 400;
  landed(flight);
  noteFate(flight, fine);
  // The comment on its way would be lost with the text that a newer time replaces.
  if (next && !fine) next.text = takeOver(next.text, flight.text);
  if (next && next.text !== flight.text && (fine || (wasRefused(status) && status !== CONFLICT))) {
    // A text that was refused, or never sent, counts as saved once the newer one is.
    const replaced = fine ? [] : [...overtaken, action];
    if (fine) answerAll(flight, overtaken, fine);
    sendNext(flight, { ...next, overtaken: [...replaced, ...next.overtaken] }, fine);
    return;
  }
  const td = cellAt(flight.place);
  td?.removeAttribute("aria-busy");
  td?.classList.remove("saving");
  if (fine) td?.classList.add("saved");
  else showRefusal(flight, reason);
  if (td) nameCell(td);
  // Last, because it may say what became of all cells of the action.
  answerAll(flight, [...overtaken, ...(next ? [...next.overtaken, next.action] : [])], fine);
  flight.again?.ended(fine);
  // While others are on their way, their columns are not new yet.
  if (!pending()) followDays();
}

/** @param {Flight} flight
 * @param {Action[]} others the actions whose texts it replaced, or had already
 * @param {boolean} saved */
function answerAll({ action, tokens }, others, saved) {
  for (const other of others) answered(other, saved);
  answered(action, saved, saved ? tokens : "");
}

/** Send the text that was typed while the first one was being saved.
 * @param {Flight} flight
 * @param {Next} next
 * @param {boolean} fine */
function sendNext(flight, { text, action, like, overtaken }, fine) {
  const { place } = flight;
  const td = cellAt(place);
  if (td) markSaving(td, text);
  const seen = fine ? (flight.after ?? "") : flight.seen;
  const was = fine ? (flight.now ?? "") : flight.was;
  const rest = { text, action, overtaken, part: false, was, seen };
  send({ ...flight, like, ...tryOf(place, text, seen), ...NEW, ...rest });
}

/** @param {Flight} flight
 * @param {DocumentFragment} reason */
function showRefusal(flight, reason) {
  const { place, label: where, was, next, status, after, overtaken } = flight;
  if (status === undefined) reason.replaceChildren(fromTemplate("offline"));
  const { text, action, like } = next ?? flight;
  const replaced = next ? [...overtaken, flight.action, ...next.overtaken] : overtaken;
  const refusal = { place, where, text, reason, seen: after ?? flight.seen, action, replaced, like, flight };
  refuse(refusal, after === undefined ? was : undefined);
}

/** After a swap, put refused and unanswered texts back into their cells, over the value that was read. */
export function markPending() {
  markRefused();
  for (const flight of underway()) {
    const { place, text, next, status } = flight;
    const td = cellAt(place);
    if (status !== undefined || !td || td.classList.contains("saving")) continue;
    flight.was = textOf(td);
    markSaving(td, next?.text ?? text);
  }
}
