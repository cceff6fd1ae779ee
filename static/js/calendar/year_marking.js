// Marking days in a year: click, drag, Shift, or arrows and Space. What a mark means, the draft of its page knows.
import { all, closest, first } from "../page/elements.js";

/** @typedef {"whole" | "morning" | "afternoon"} Part */

/** The draft that is marked. Days are ISO dates.
 * @typedef {object} Draft
 * @property {() => string} text what is marked so far
 * @property {(text: string, days: string[]) => void} restore go back to an earlier text; ``days`` may look different
 * @property {(day: string) => boolean} same whether marking this day means taking the same mark away
 * @property {(days: string[], clear: boolean) => void} mark
 * @property {(before: string, days: string[]) => void} settle let the page know of what was marked since ``before`` */

/** The cells of a year: a selector of one day, and the date that each carries.
 * @typedef {{days: string, dateOf: (cell: HTMLElement) => string, cellOf: (date: string) => HTMLElement | null}} Year */

/** The longest range of days that is marked at once. */
export const MOST_DAYS = 366;

const HALVES = { whole: 3, morning: 1, afternoon: 2 };

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** What a day holds once a part of it is taken by something else, or by nothing.
 * @template {{part: Part}} E
 * @param {E[]} entries
 * @param {Part} part
 * @param {E | null} mark
 * @returns {E[]} in the order of the day */
export function withMark(entries, part, mark) {
  const kept = entries.filter((entry) => !(HALVES[entry.part] & HALVES[part]));
  return [...kept, ...(mark ? [mark] : [])].sort((one, other) => HALVES[one.part] - HALVES[other.part]);
}

/** @param {string} name
 * @returns {Part} */
export const asPart = (name) => (name === "morning" || name === "afternoon" ? name : "whole");

/** @param {string} day
 * @param {number} count
 * @returns {string} so many days later */
export function stepped(day, count) {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

/** Every day between two, both included.
 * @param {string} from
 * @param {string} to
 * @returns {string[]} */
export function between(from, to) {
  const [start, end] = from < to ? [from, to] : [to, from];
  const days = [];
  for (let day = start; day <= end && days.length < MOST_DAYS; day = stepped(day, 1)) days.push(day);
  return days;
}

/** @param {string} day
 * @param {string} key
 * @returns {string | null} the day that a key leads to */
function destination(day, key) {
  if (STEPS[key]) return stepped(day, STEPS[key]);
  const at = new Date(`${day}T12:00:00Z`);
  if (key === "PageUp" || key === "PageDown") {
    const month = at.getUTCMonth() + (key === "PageUp" ? -1 : 1);
    const last = new Date(Date.UTC(at.getUTCFullYear(), month + 1, 0)).getUTCDate();
    at.setUTCMonth(month, Math.min(at.getUTCDate(), last));
  } else if (key === "Home") at.setUTCDate(1);
  else if (key === "End") at.setUTCMonth(at.getUTCMonth() + 1, 0);
  else return null;
  return at.toISOString().slice(0, 10);
}

/** Let people mark the days of a year.
 * @param {Year} year
 * @param {Draft} draft */
export function markYear({ days, dateOf, cellOf }, draft) {
  /** @type {string | null} the day marked last, from which Shift goes on */
  let anchor = null;
  /** @type {{from: string, to: string, clear: boolean, before: string} | null} */
  let drag = null;

  /** Give the keyboard one day to start from.
   * @param {HTMLElement | null} [to] */
  function rove(to) {
    const cell = to ?? first(document, `:is(${days}).now`, HTMLElement) ?? first(document, days, HTMLElement);
    for (const other of all(document, `:is(${days})[tabindex="0"]`, HTMLElement)) other.tabIndex = -1;
    if (cell) cell.tabIndex = 0;
  }

  /** @param {string} day
   * @param {boolean} range */
  function choose(day, range) {
    const before = draft.text();
    const chosen = range && anchor ? between(anchor, day) : [day];
    draft.mark(chosen, chosen.length === 1 && draft.same(day));
    anchor = day;
    draft.settle(before, chosen);
  }

  document.addEventListener("pointerdown", (event) => {
    const cell = closest(event.target, days, HTMLElement);
    if (!cell || event.button !== 0 || event.shiftKey || event.pointerType === "touch") return;
    const day = dateOf(cell);
    drag = { from: day, to: day, clear: draft.same(day), before: draft.text() };
  });

  document.addEventListener("pointerover", (event) => {
    const cell = closest(event.target, days, HTMLElement);
    if (!drag || !cell || dateOf(cell) === drag.to) return;
    const touched = between(drag.from, drag.to);
    drag.to = dateOf(cell);
    draft.restore(drag.before, touched);
    draft.mark(between(drag.from, drag.to), drag.clear);
  });

  document.addEventListener("pointerup", () => {
    if (!drag) return;
    const changed = draft.text() !== drag.before;
    if (changed) {
      anchor = drag.from;
      rove(cellOf(drag.to));
      draft.settle(drag.before, between(drag.from, drag.to));
    }
    // A click follows when button and day are the same; it finds the drag over unless it moved.
    if (drag.from === drag.to && !changed) drag = null;
    else window.setTimeout(() => (drag = null));
  });

  document.addEventListener("click", (event) => {
    const cell = closest(event.target, days, HTMLElement);
    if (!cell || drag) return;
    rove(cell);
    cell.focus();
    choose(dateOf(cell), event.shiftKey);
  });

  document.addEventListener("keydown", (event) => {
    const cell = closest(event.target, days, HTMLElement);
    if (!cell) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      choose(dateOf(cell), event.shiftKey);
      return;
    }
    const date = destination(dateOf(cell), event.key);
    if (!date) return;
    event.preventDefault();
    const next = cellOf(date);
    if (!next) return;
    rove(next);
    next.focus();
  });

  return {
    rove,
    /** Let Shift go on from this day, or from none.
     * @param {string | null} day */
    goOnFrom(day) {
      anchor = day;
    },
  };
}
