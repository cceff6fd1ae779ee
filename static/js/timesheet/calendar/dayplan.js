// Convert between minutes of the wall clock and positions in the calendar.
import { startOf } from "../../page/direction.js";
import { all, first } from "../../page/elements.js";

export const DAY = 1440;
export const STEP = 15;

/** @returns {HTMLElement | null} */
export const calendar = () => document.getElementById("calendar");

/** @returns {HTMLElement[]} the columns, day by day */
export const columns = () => all(calendar(), ".calendar-hours", HTMLElement);

/** Return a time of day as the server reads it.
 * @param {number} minute */
export const clock = (minute) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** Return what writes times of day as the reader does. */
const format = () =>
  new Intl.DateTimeFormat(calendar()?.dataset.locale, { timeStyle: "short", timeZone: "UTC" });

/** Return a time of day as the reader writes it: 13:30, or 1:30 PM.
 * @param {number} minute */
export const clockWords = (minute) => format().format((minute % DAY) * 60_000);

/** Return two times of day as the server writes them; with a 12-hour clock, AM or PM once if it is the same.
 * @param {number} from
 * @param {number} to */
export function clocks(from, to) {
  const reader = format();
  const [first, last] = [from, to].map((minute) => (minute % DAY) * 60_000);
  return reader.resolvedOptions().hour12 && first !== last
    ? reader.formatRange(first, last)
    : `${reader.format(first)}–${reader.format(last)}`;
}

/** Return the hours of a day that the clocks skip or repeat.
 * @param {HTMLElement} column
 * @param {"skipped" | "repeated"} kind
 * @returns {{ from: number, to: number } | null} */
function change(column, kind) {
  const mark = first(column, `.${kind}`, HTMLElement);
  return mark && { from: Number(mark.dataset.from), to: Number(mark.dataset.to) };
}

/** Return when work begins that somebody starts at this minute: later if the clocks skip it.
 * @param {HTMLElement} column
 * @param {number} minute */
export function begin(column, minute) {
  const skipped = change(column, "skipped");
  return skipped && minute >= skipped.from && minute < skipped.to
    ? minute + skipped.to - skipped.from
    : minute;
}

/** Return when work ends on the wall clock that begins at one minute, the first time it occurs, and takes this long.
 * @param {HTMLElement} column
 * @param {number} from
 * @param {number} minutes */
export function end(column, from, minutes) {
  const skipped = change(column, "skipped");
  const repeated = change(column, "repeated");
  const to = from + minutes;
  if (skipped && from < skipped.from && to >= skipped.from) return to + skipped.to - skipped.from;
  if (repeated && from < repeated.to && to >= repeated.to) return to - repeated.to + repeated.from;
  return to;
}

/** @param {number} minute
 * @returns {number} the nearest step */
export const snap = (minute) => Math.round(minute / STEP) * STEP;

/** @param {number} minute
 * @param {number} least
 * @param {number} most */
export const within = (minute, least, most) => Math.min(Math.max(minute, least), most);

/** @param {HTMLElement} column
 * @param {number} y
 * @returns {number} minutes from midnight */
export function minuteAt(column, y) {
  const box = column.getBoundingClientRect();
  return within(((y - box.top) / box.height) * DAY, 0, DAY);
}

/** @param {number} x
 * @returns {HTMLElement | undefined} the column under a point, or the nearest one */
export function columnAt(x) {
  const every = columns();
  const at = startOf({ left: x, right: x });
  return (
    every.find((column) => at < startOf(column.getBoundingClientRect()) + column.offsetWidth) ?? every.at(-1)
  );
}

/** Place ``element`` from one minute to another, in its lanes or over the whole width.
 * @param {HTMLElement} element
 * @param {number} from
 * @param {number} to
 * @param {boolean} [alone] */
export function place(element, from, to, alone = false) {
  const { style, dataset } = element;
  const lanes = alone ? 1 : Number(dataset.lanes ?? 1);
  const lane = alone ? 0 : Number(dataset.lane ?? 0);
  const width = alone ? 1 : Number(dataset.width ?? 1);
  style.insetBlockStart = `${(from / DAY) * 100}%`;
  style.blockSize = `${((to - from) / DAY) * 100}%`;
  style.insetInlineStart = `${(lane / lanes) * 100}%`;
  style.inlineSize = `${(width / lanes) * 100}%`;
}

/** Return the date and the minutes since midnight on the wall clock of a zone; null if this browser is older than the zone.
 * @param {string | undefined} zone
 * @returns {{day: string, minute: number} | null} */
export function now(zone) {
  let parts;
  try {
    parts = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  } catch {
    return null;
  }
  const [day, time] = parts.format(new Date()).split(" ");
  const [hours, minutes] = time.split(":").map(Number);
  return { day, minute: hours * 60 + minutes };
}
