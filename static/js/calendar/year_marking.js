// Marking days in a year: click, drag, Shift, or arrows and Space, and undoing it. The draft of each page defines what
// a mark means.
import { inReadingOrder } from "../page/direction.js";
import { all, closest, first } from "../page/elements.js";
import { addKeys } from "../page/keys.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";

/** @typedef {"whole" | "morning" | "afternoon"} Part */

/** The draft of a page. Days are ISO dates.
 * @typedef {object} Draft
 * @property {() => string} text the marks so far
 * @property {(text: string, days: string[]) => void} restore return to an earlier text; ``days`` may look different
 * @property {(day: string) => boolean} same true if marking this day removes the same mark
 * @property {(days: string[], clear: boolean) => void} mark
 * @property {(days: string[]) => string} spoken what was done to these days
 * @property {() => void} changed notify the page that the draft is another one */

/** The cells of a year: the selector of a day, and the date of each cell.
 * @typedef {{days: string, dateOf: (cell: HTMLElement) => string, cellOf: (date: string) => HTMLElement | null}} Year */

/** The longest range of days that can be marked at once. */
export const MOST_DAYS = 366;

const MOST_UNDONE = 100;

const HALVES = { whole: 3, morning: 1, afternoon: 2 };

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** Return the marks of a day after one part of it was replaced or cleared. Clearing half of a whole day keeps its other half.
 * @template {{part: Part}} E
 * @param {E[]} entries
 * @param {Part} part
 * @param {E | null} mark
 * @returns {E[]} in the order of the day */
export function withMark(entries, part, mark) {
  const others = entries.flatMap((entry) => {
    const left = HALVES[entry.part] & ~HALVES[part];
    if (left === HALVES[entry.part]) return [entry];
    return left && !mark
      ? [{ ...entry, part: asPart(left === HALVES.morning ? "morning" : "afternoon") }]
      : [];
  });
  return [...others, ...(mark ? [mark] : [])].sort((one, other) => HALVES[one.part] - HALVES[other.part]);
}

/** Scroll a year to the month with today.
 * @param {HTMLElement} year */
export function showToday(year) {
  closest(first(year, ".now", HTMLElement), ".month", HTMLElement)?.scrollIntoView();
}

/** @param {string} name
 * @returns {Part} */
export const asPart = (name) => (name === "morning" || name === "afternoon" ? name : "whole");

/** Return a part of the day in the reader's language.
 * @param {Part} part
 * @returns {string} */
export function partWords(part) {
  if (part === "whole") return t("whole day");
  return part === "morning" ? t("morning") : t("afternoon");
}

/** @param {string} day
 * @param {number} count
 * @returns {string} so many days later */
export function stepped(day, count) {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

/** Return all days from one to another, including both.
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
  const step = STEPS[inReadingOrder(key)];
  if (step) return stepped(day, step);
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

/** Make changes of a draft undoable with the keyboard.
 * @param {Year} year
 * @param {Draft} draft */
function keepUndo({ days, dateOf }, draft) {
  /** @type {string[]} drafts to go back to */
  let undo = [];

  function undoLast() {
    const cells = all(document, days, HTMLElement);
    const last = undo.at(-1);
    if (last === undefined || !cells.length) return false;
    undo = undo.slice(0, -1);
    draft.restore(last, cells.map(dateOf));
    say(t("Undone."));
    draft.changed();
    return true;
  }

  addKeys({ "Control+z": undoLast });

  return {
    /** Announce a change of the draft, and make it undoable.
     * @param {string} before the draft as it was
     * @param {string} sentence */
    settle(before, sentence) {
      say(sentence);
      if (draft.text() === before) return;
      undo = [...undo, before].slice(-MOST_UNDONE);
      draft.changed();
    },
    /** Leave nothing to undo, as the page shows another draft. */
    forget() {
      undo = [];
    },
  };
}

/** Mark the days over which the pointer is dragged.
 * @param {Year} year
 * @param {Draft} draft
 * @param {(from: string, to: string, before: string) => void} changed what to do once a drag has changed the draft, which
 *   was ``before``
 * @returns {() => boolean} true from the end of a drag until the click that may follow it */
function markByDragging({ days, dateOf }, draft, changed) {
  /** @type {{from: string, to: string, clear: boolean, before: string} | null} */
  let drag = null;
  let dragged = false;

  /** End the drag, if there is one. */
  function release() {
    if (!drag) return;
    const { from, to, before } = drag;
    drag = null;
    const different = draft.text() !== before;
    if (different) changed(from, to, before);
    // A click follows if button and day are the same. It marks the day, unless the drag has changed something.
    dragged = different || from !== to;
    if (dragged) window.setTimeout(() => (dragged = false));
  }

  document.addEventListener("pointerdown", (event) => {
    const cell = closest(event.target, days, HTMLElement);
    if (!cell || event.button !== 0 || event.shiftKey || event.pointerType === "touch") return;
    const day = dateOf(cell);
    drag = { from: day, to: day, clear: draft.same(day), before: draft.text() };
  });

  document.addEventListener("pointerover", (event) => {
    // A menu or another window may take the release of a button, so the next event of the pointer ends that drag.
    if (!event.buttons) release();
    const cell = closest(event.target, days, HTMLElement);
    if (!drag || !cell || dateOf(cell) === drag.to) return;
    const covered = between(drag.from, drag.to);
    drag.to = dateOf(cell);
    draft.restore(drag.before, covered);
    draft.mark(between(drag.from, drag.to), drag.clear);
  });

  document.addEventListener("pointerup", release);
  return () => dragged;
}

/** Make the days of a year markable.
 * @param {Year} year
 * @param {Draft} draft */
export function markYear(year, draft) {
  const { days, dateOf, cellOf } = year;
  const { settle, forget } = keepUndo(year, draft);
  /** @type {string | null} the day marked last, from which Shift goes on */
  let anchor = null;

  const isDragged = markByDragging(year, draft, (from, to, before) => {
    anchor = from;
    rove(cellOf(to));
    settle(before, draft.spoken(between(from, to)));
  });

  /** Make one day the starting point for the keyboard.
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
    settle(before, draft.spoken(chosen));
  }

  document.addEventListener("day-changed", (event) => {
    first(document, `:is(${days}).now`, HTMLElement)?.classList.remove("now");
    cellOf(event.detail.day)?.classList.add("now");
  });

  document.addEventListener("click", (event) => {
    const cell = closest(event.target, days, HTMLElement);
    if (!cell || isDragged()) return;
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
    settle,
    forget,
    /** Set the day from which Shift extends the range, or none.
     * @param {string | null} day */
    goOnFrom(day) {
      anchor = day;
    },
  };
}
