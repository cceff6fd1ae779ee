// The blocks of the calendar: where each is while it moves and in Jira, and how it is saved, opened, and deleted.
// The server decides what a position means. If it refuses a save, the block returns to its place.
import { all, byId, closest, first } from "../../page/elements.js";
import { flagNote, flagProblem } from "../../page/flags.js";
import { t } from "../../page/language.js";
import { say } from "../../page/live.js";
import { readAgain } from "../refused.js";
import { begin, calendar, clock, clocks, DAY, end, place, STEP, snap, within } from "./dayplan.js";

/** @typedef {{block: HTMLElement, column: HTMLElement, from: number, to: number}} Lift a block on its way */

/** @param {EventTarget | null} target
 * @returns {HTMLElement | null} */
export const blockOf = (target) => closest(target, "#calendar .block", HTMLElement);

/** @param {HTMLElement} block
 * @returns {HTMLInputElement | null} the box that chooses a block; none if nothing about it can change */
export const boxOf = (block) => byId(`choose-${block.id.slice(1)}`, HTMLInputElement);

/** Choose a block, or no longer; with ``range``, all blocks since the last one that was chosen.
 * @param {HTMLElement} block
 * @param {boolean} range */
export function choose(block, range) {
  const box = boxOf(block);
  if (!box && block.dataset.fixed) flagClosed(block.dataset.fixed);
  box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey: range }));
}

/** @param {EventTarget | null} target
 * @returns {HTMLElement | null} the hours of a day */
export const hoursOf = (target) => closest(target, "#calendar .calendar-hours", HTMLElement);

/** @param {ParentNode | null} part
 * @returns {HTMLElement[]} */
export const blocksIn = (part) => all(part, ".block", HTMLElement);

/** Return where a block is in Jira. A block that continues after midnight keeps its whole length.
 * @param {HTMLElement} block
 * @returns {Lift | null} none once its day is off the screen */
export function asInJira(block) {
  const column = columnOf(block.dataset.day);
  const from = Number(block.dataset.from);
  const to = block.classList.contains("cut")
    ? from + Number(block.dataset.minutes)
    : Number(block.dataset.to);
  return column && { block, column, from, to };
}

/** @param {string | undefined} day
 * @returns {HTMLElement | null} */
export const columnOf = (day) => first(calendar(), `.calendar-hours[data-day="${day}"]`, HTMLElement);

/** Return why nothing can be logged in a column, for an issue or at all (its day is closed), or an empty text.
 * @param {HTMLElement} column
 * @param {string} [issue]
 * @returns {string} */
function closedFor(column, issue) {
  const { closed = "", closedFor: issues } = column.dataset;
  return issues === undefined || (issue && issues.split(" ").includes(issue)) ? closed : "";
}

/** Say why a day takes nothing, or why a block stays as it is, and look whether that is still so.
 * @param {string} closed */
export function flagClosed(closed) {
  flagProblem(closed);
  readAgain();
}

/** Say that a block is being saved, so nothing else can be done with it yet. */
export function saySaving() {
  const sentence = t("Saving …");
  flagNote(sentence);
  say(sentence);
}

/** Move a block to a column and keep its focus, which an element loses when it moves. In its own column it is
 * before its box, where the keys and the order of focus expect it.
 * @param {HTMLElement} block
 * @param {HTMLElement} column */
function carry(block, column) {
  if (block.parentElement === column) return;
  const focused = document.activeElement === block;
  const choice = byId(`choice-${block.id.slice(1)}`, HTMLElement);
  column.insertBefore(block, choice?.parentElement === column ? choice : null);
  if (focused) block.focus();
}

/** The server's text for the time of each block, for when a move that shows another time ends where it began.
 * @type {WeakMap<HTMLElement, ChildNode[]>} */
const timeInJira = new WeakMap();

/** @param {HTMLElement} block one that is where Jira has it */
export function rememberTime(block) {
  const time = block.querySelector(".block-time");
  if (time) timeInJira.set(block, [...time.childNodes]);
}

/** @param {HTMLElement} block back to where Jira has it */
export function putBack(block) {
  if (!block.isConnected) return;
  const home = columnOf(block.dataset.day);
  if (home) carry(block, home);
  block.classList.remove("lifted", "saving");
  place(block, Number(block.dataset.from), Number(block.dataset.to));
  block.querySelector(".block-time")?.replaceChildren(...(timeInJira.get(block) ?? []));
}

/** Return when a block will begin and end where it is now. A move keeps how long it is, not its end: clocks may change until then.
 * @param {Lift} lift
 * @returns {[number, number]} minutes of the wall clock */
export function times({ block, column, from, to }) {
  const start = asInJira(block);
  if (!start || (column === start.column && from === start.from)) return [from, to];
  const begins = begin(column, from);
  const stretched = to - from !== start.to - start.from;
  return [begins, stretched ? to : end(column, begins, Number(block.dataset.minutes))];
}

/** @param {Lift} lift */
export function show(lift) {
  const { block, column, from, to } = lift;
  carry(block, column);
  block.classList.add("lifted");
  place(block, from, Math.min(to, DAY), true);
  const time = block.querySelector(".block-time");
  if (time) time.textContent = clocks(...times(lift));
}

/** @param {Lift} start
 * @param {HTMLElement} column
 * @param {number} minute
 * @returns {Lift} */
export function movedTo(start, column, minute) {
  const length = start.to - start.from;
  const from =
    column === start.column && Math.abs(minute - start.from) < STEP / 2 ? start.from : snap(minute);
  const begins = within(from, 0, DAY - STEP);
  return { block: start.block, column, from: begins, to: begins + length };
}

/** Return the values that a move changed; only these are sent. The server knows how long it is to an end: clocks may
 * change until then.
 * @param {Lift} lift
 * @returns {Record<string, string | undefined> | null} */
function changes({ block, column, from, to }) {
  const was = block.dataset;
  const start = asInJira(block);
  if (!start) return null;
  /** @type {Record<string, string | undefined>} */
  const values = {};
  if (column.dataset.day !== was.day) values.day = column.dataset.day;
  if (from !== start.from) values.start = clock(from);
  if (to - from !== start.to - start.from)
    Object.assign(values, { end: String(to), was_day: was.day, was_start: was.clock, was_fold: was.fold });
  return Object.keys(values).length ? { ...values, seen: was.seen } : null;
}

/** @param {Lift} lift */
export async function save(lift) {
  const { block, column } = lift;
  const values = changes(lift);
  const closed = closedFor(column, block.dataset.issue);
  if (!values || closed) {
    putBack(block);
    if (values) flagClosed(closed);
    return;
  }
  block.classList.add("saving");
  let fine = false;
  const onRequestEnd = (/** @type {HtmxEvent} */ event) => {
    const { sourceElement, response } = event.detail.ctx;
    if (sourceElement === block && response) fine = response.status < 400;
  };
  document.addEventListener("htmx:after:request", onRequestEnd);
  try {
    await window.htmx.ajax("POST", block.dataset.save ?? "", {
      source: block,
      target: "#flags",
      swap: "beforeend",
      values,
    });
  } finally {
    document.removeEventListener("htmx:after:request", onRequestEnd);
    if (!fine) putBack(block);
  }
}

/** @param {HTMLElement} block */
export function open(block) {
  window.htmx.ajax("GET", block.dataset.edit ?? "", { source: block, target: "#dialog", swap: "innerHTML" });
}

/** @param {HTMLElement} column
 * @param {number} from
 * @param {number} to */
export function openNew(column, from, to) {
  const closed = closedFor(column);
  if (closed) {
    flagClosed(closed);
    return;
  }
  window.htmx.ajax("GET", calendar()?.dataset.new ?? "", {
    source: column,
    target: "#dialog",
    swap: "innerHTML",
    values: {
      day: column.dataset.day,
      start: clock(from),
      end: String(to),
    },
  });
}

/** @param {HTMLElement} block */
export function remove(block) {
  window.htmx.ajax("POST", block.dataset.delete ?? "", {
    source: block,
    target: "#flags",
    swap: "beforeend",
    values: { seen: block.dataset.seen },
  });
}
