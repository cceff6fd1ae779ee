// The calendar: blocks are dragged or moved by keys, empty time is dragged into new work.
// The server decides what a place means; a save it refuses puts the block back.

import { flagProblem } from "../page/flags.js";
import {
  calendar,
  clock,
  columnAt,
  columns,
  DAY,
  minuteAt,
  now,
  STEP,
  snap,
  stand,
  within,
} from "./dayplan.js";

const FIRST_HOUR_SHOWN = 8;
const MOVED_ENOUGH = 4;
const NEW_MINUTES = 60;
const EDGE = 40;
const EARLY = 6 * 60;
/** The keys that lift or delete a block. */
const CHANGES = /^( |m|delete|backspace)$/i;
const UNREACHED = "Timesheet could not be reached, so the block is back where it was.";

/** @typedef {{block: HTMLElement, column: HTMLElement, from: number, to: number}} Lift a block on its way */

/** @type {Lift | null} a block in the hands of the keyboard */
let lifted = null;
/** @type {{end: (event: PointerEvent | null) => void, move: (event: PointerEvent) => void} | null} */
let drag = null;
let shown = "";

/** @param {EventTarget | null} target
 * @returns {HTMLElement | null} */
const blockOf = (target) => (target instanceof Element ? target.closest("#calendar .block") : null);

/** @param {string} sentence */
function say(sentence) {
  const live = document.getElementById("live");
  if (live) live.textContent = sentence;
}

/** Where a block stands in Jira. One that goes on after midnight keeps its whole length.
 * @param {HTMLElement} block
 * @returns {Lift} */
function standing(block) {
  const from = Number(block.dataset.from);
  const to = block.classList.contains("cut")
    ? from + Number(block.dataset.minutes)
    : Number(block.dataset.to);
  return { block, column: columnOf(block.dataset.day), from, to };
}

/** @param {string} day
 * @returns {HTMLElement} */
const columnOf = (day) => calendar().querySelector(`.calendar-hours[data-day="${day}"]`);

/** Why an issue, or any at all, takes nothing in a column: its day is closed. Empty where it is open.
 * @param {HTMLElement} column
 * @param {string} [issue]
 * @returns {string} */
function closedFor(column, issue) {
  const { closed = "", closedFor: issues } = column.dataset;
  return issues === undefined || (issue && issues.split(" ").includes(issue)) ? closed : "";
}

/** @param {HTMLElement} block back to where Jira has it */
function putBack(block) {
  if (!block.isConnected) return;
  const home = columnOf(block.dataset.day);
  if (block.parentElement !== home) home.append(block);
  block.classList.remove("lifted", "saving");
  stand(block, Number(block.dataset.from), Number(block.dataset.to));
  block.querySelector(".block-time").innerHTML = block.dataset.time;
}

/** @param {Lift} lift */
function show({ block, column, from, to }) {
  if (block.parentElement !== column) {
    const focused = document.activeElement === block;
    column.append(block);
    if (focused) block.focus();
  }
  block.classList.add("lifted");
  stand(block, from, Math.min(to, DAY), true);
  block.querySelector(".block-time").textContent = `${clock(from)}–${clock(to % DAY)}`;
}

/** @param {Lift} lift
 * @returns {string} */
function place({ column, from, to }) {
  const day = document.getElementById(`name-${column.dataset.day}`)?.title ?? column.dataset.day;
  return `${day}, ${clock(from)} to ${clock(to % DAY)}`;
}

/** What of a lift is to be saved: nothing that stayed the same is sent.
 * @param {Lift} lift
 * @returns {Record<string, string> | null} */
function changes({ block, column, from, to }) {
  const was = block.dataset;
  const start = standing(block);
  const values = {};
  const grown = to - from - (start.to - start.from);
  if (column.dataset.day !== was.day) Object.assign(values, { day: column.dataset.day, was_day: was.day });
  if (from !== start.from)
    Object.assign(values, { start: clock(from), was_start: was.clock, was_fold: was.fold });
  if (grown)
    Object.assign(values, { minutes: String(Number(was.minutes) + grown), was_minutes: was.minutes });
  return Object.keys(values).length ? { ...values, seen: was.seen } : null;
}

/** @param {Lift} lift */
async function save(lift) {
  const { block, column } = lift;
  const values = changes(lift);
  const closed = closedFor(column, block.dataset.issue);
  if (!values || closed) {
    putBack(block);
    if (values) flagProblem(closed);
    return;
  }
  block.classList.add("saving");
  let fine = false;
  let answered = false;
  const heard = (/** @type {CustomEvent} */ event) => {
    if (event.detail.ctx.sourceElement !== block) return;
    answered = true;
    fine = event.detail.ctx.response.status < 400;
  };
  document.addEventListener("htmx:after:request", heard);
  try {
    await window.htmx.ajax("POST", block.dataset.save, {
      source: block,
      target: "#flags",
      swap: "beforeend",
      values,
    });
  } finally {
    document.removeEventListener("htmx:after:request", heard);
    if (!fine) putBack(block);
    if (!answered) flagProblem(UNREACHED);
  }
}

/** @param {HTMLElement} block */
function open(block) {
  window.htmx.ajax("GET", block.dataset.edit, { source: block, target: "#dialog", swap: "innerHTML" });
}

/** @param {HTMLElement} column
 * @param {number} from
 * @param {number} to */
function openNew(column, from, to) {
  const closed = closedFor(column);
  if (closed) {
    flagProblem(closed);
    return;
  }
  const minutes = to - from;
  window.htmx.ajax("GET", calendar().dataset.new, {
    source: column,
    target: "#dialog",
    swap: "innerHTML",
    values: {
      day: column.dataset.day,
      start: clock(from),
      duration: `${Math.floor(minutes / 60)}h ${minutes % 60}m`,
    },
  });
}

/* Dragging */

/** @param {HTMLElement} block
 * @param {PointerEvent} event */
function startMove(block, event) {
  const grip = event.target.closest(".grip") !== null;
  const start = standing(block);
  const held = minuteAt(start.column, event.clientY) - start.from;
  let lift = start;
  let moved = false;
  drag = {
    move(at) {
      if (!moved && Math.hypot(at.clientX - event.clientX, at.clientY - event.clientY) < MOVED_ENOUGH) return;
      moved = true;
      if (block.dataset.closed) return;
      const column = grip ? start.column : columnAt(at.clientX);
      const minute = minuteAt(column, at.clientY);
      lift = grip ? resized(start, minute) : movedTo(start, column, minute - held);
      show(lift);
    },
    end(at) {
      if (!moved) return;
      if (block.dataset.closed) flagProblem(block.dataset.closed);
      else if (at) save(lift);
      else putBack(block);
      swallowClick();
    },
  };
}

/** @param {Lift} start
 * @param {HTMLElement} column
 * @param {number} minute
 * @returns {Lift} */
function movedTo(start, column, minute) {
  const length = start.to - start.from;
  const from =
    column === start.column && Math.abs(minute - start.from) < STEP / 2 ? start.from : snap(minute);
  const begins = within(from, 0, DAY - STEP);
  return { block: start.block, column, from: begins, to: begins + length };
}

/** @param {Lift} start
 * @param {number} minute
 * @returns {Lift} */
const resized = (start, minute) => ({ ...start, to: within(snap(minute), start.from + STEP, DAY) });

/** A click that ends a drag is none. */
function swallowClick() {
  const swallow = (/** @type {Event} */ event) => {
    event.stopPropagation();
    event.preventDefault();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  window.setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
}

/** @param {HTMLElement} column
 * @param {PointerEvent} event */
function startNew(column, event) {
  const first = Math.floor(minuteAt(column, event.clientY) / STEP) * STEP;
  const ghost = document.createElement("div");
  ghost.className = "ghost";
  let [from, to] = [first, first];
  drag = {
    move(at) {
      const minute = snap(minuteAt(column, at.clientY));
      [from, to] = minute > first ? [first, minute] : [minute, first + STEP];
      if (!ghost.isConnected && Math.abs(at.clientY - event.clientY) < MOVED_ENOUGH) return;
      column.append(ghost);
      ghost.textContent = `${clock(from)}–${clock(to % DAY)}`;
      stand(ghost, from, to);
    },
    end(at) {
      const dragged = ghost.isConnected;
      ghost.remove();
      if (!at) return;
      const end = dragged ? to : Math.min(first + NEW_MINUTES, DAY);
      openNew(column, dragged ? from : Math.min(first, DAY - STEP), end);
    },
  };
}

document.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || event.pointerType === "touch") return;
  const block = blockOf(event.target);
  const column = event.target.closest?.("#calendar .calendar-hours");
  if (block?.classList.contains("saving")) return;
  if (block) startMove(block, event);
  else if (column) {
    event.preventDefault();
    startNew(column, event);
  }
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  scrollAtEdge(event);
  drag.move(event);
});

for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, (event) => {
    const ending = drag;
    drag = null;
    ending?.end(name === "pointerup" ? event : null);
  });
}

/** @param {PointerEvent} event */
function scrollAtEdge(event) {
  const frame = calendar();
  const box = frame.getBoundingClientRect();
  if (event.clientY > box.bottom - EDGE) frame.scrollTop += STEP;
  else if (event.clientY < box.top + EDGE * 2) frame.scrollTop -= STEP;
  if (event.clientX > box.right - EDGE) frame.scrollLeft += STEP;
  else if (event.clientX < box.left + EDGE * 2) frame.scrollLeft -= STEP;
}

document.addEventListener("click", (event) => {
  const block = blockOf(event.target);
  const column = event.target.closest?.("#calendar .calendar-hours");
  // With a mouse an empty place is taken by the drag that ends there; a finger only taps.
  if (block && !lifted) open(block);
  else if (!block && column && event.pointerType === "touch") {
    const from = Math.floor(minuteAt(column, event.clientY) / STEP) * STEP;
    openNew(column, Math.min(from, DAY - STEP), Math.min(from + NEW_MINUTES, DAY));
  }
});

/* Keys */

/** @param {KeyboardEvent} event
 * @returns {Lift | null} where a key takes the lifted block */
function step(event) {
  const { block, column, from, to } = lifted;
  const all = columns();
  const down = { ArrowDown: STEP, ArrowUp: -STEP }[event.key];
  const aside = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (down && event.shiftKey) {
    return to > DAY ? lifted : { ...lifted, to: within(snap(to + down), from + STEP, DAY) };
  }
  if (down) return movedTo({ block, column, from, to }, column, snap(from + down));
  if (aside && !event.shiftKey) return { ...lifted, column: all[all.indexOf(column) + aside] ?? column };
  return null;
}

/** @param {HTMLElement} block */
function lift(block) {
  lifted = standing(block);
  show(lifted);
  say(`Lifted. ${place(lifted)}. Arrows move it, Enter puts it down, Escape puts it back.`);
}

function cancel() {
  const { block } = lifted;
  lifted = null;
  putBack(block);
  say("Put back.");
}

/** @param {KeyboardEvent} event
 * @returns {boolean} */
function keyWhileLifted(event) {
  const next = step(event);
  if (next) {
    lifted = next;
    moving = true;
    show(lifted);
    moving = false;
    lifted.block.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(place(lifted));
  } else if (event.key === "Escape") cancel();
  else if (event.key === "Enter" || event.key === " ") {
    const last = lifted;
    lifted = null;
    save(last);
  } else return false;
  return true;
}

/** Moving a block to another column takes its focus for a moment: that is no leaving. */
let moving = false;

/** @param {KeyboardEvent} event
 * @param {HTMLElement} block
 * @returns {boolean} */
function keyOnBlock(event, block) {
  if (event.ctrlKey || event.metaKey || event.altKey || block.classList.contains("saving")) return false;
  if (lifted) return keyWhileLifted(event);
  const stretches = event.shiftKey && ["ArrowDown", "ArrowUp"].includes(event.key);
  if (block.dataset.closed && (stretches || CHANGES.test(event.key))) flagProblem(block.dataset.closed);
  else if (event.key === " " || event.key.toLowerCase() === "m") lift(block);
  else if (stretches) {
    lift(block);
    keyWhileLifted(event);
  } else if (event.key === "Delete" || event.key === "Backspace") remove(block);
  else return walk(event, block);
  return true;
}

/** Arrows walk from block to block: up and down in a day, sideways to the nearest one of another day.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} block
 * @returns {boolean} */
function walk(event, block) {
  const all = [...calendar().querySelectorAll(".block")];
  const down = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const aside = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (down) all[all.indexOf(block) + down]?.focus();
  else if (aside) {
    const days = columns().filter((column) => column.querySelector(".block"));
    const next = days[days.indexOf(block.parentElement) + aside];
    const from = Number(block.dataset.from);
    const near = [...(next?.querySelectorAll(".block") ?? [])].sort(
      (a, b) => Math.abs(Number(a.dataset.from) - from) - Math.abs(Number(b.dataset.from) - from),
    );
    near[0]?.focus();
  }
  return Boolean(down || aside);
}

/** @param {HTMLElement} block */
function remove(block) {
  window.htmx.ajax("POST", block.dataset.delete, {
    source: block,
    target: "#flags",
    swap: "beforeend",
    values: { seen: block.dataset.seen },
  });
}

document.addEventListener("keydown", (event) => {
  const block = blockOf(event.target);
  if (event.key === "Escape" && drag) {
    const ending = drag;
    drag = null;
    ending.end(null);
  } else if (block && keyOnBlock(event, block)) {
    event.preventDefault();
    event.stopPropagation();
  }
});

// The space bar presses a button when it comes up again: here it lifts and puts down.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && blockOf(event.target)) event.preventDefault();
});

document.addEventListener("focusout", (event) => {
  if (lifted && !moving && event.target === lifted.block) cancel();
});

/* Every swap, and every minute */

function arrange() {
  const frame = calendar();
  if (!frame) {
    shown = "";
    return;
  }
  for (const element of frame.querySelectorAll("[data-from]")) {
    if (element.matches(".lifted, .saving")) continue;
    stand(element, Number(element.dataset.from), Number(element.dataset.to));
    const time = element.querySelector(".block-time");
    if (time) element.dataset.time = time.innerHTML;
  }
  frame.classList.add("arranged");
  markNow();
  if (frame.dataset.span !== shown) {
    shown = frame.dataset.span;
    showWork(frame);
  }
}

/** The hours of work stand in view, and today with them.
 * @param {HTMLElement} frame */
function showWork(frame) {
  const starts = [...frame.querySelectorAll(".block")].map((block) => Number(block.dataset.from));
  const byDay = starts.filter((start) => start >= EARLY);
  const first = Math.min(FIRST_HOUR_SHOWN * 60, ...(byDay.length ? byDay : starts));
  frame.scrollTop = (columns()[0].offsetHeight * Math.max(first - STEP, 0)) / DAY;
  const today = frame.querySelector(".calendar-day.now");
  frame.scrollLeft = today ? today.offsetLeft - frame.querySelector(".hours").offsetWidth : 0;
}

function markNow() {
  const frame = calendar();
  if (!frame) return;
  const { day, minute } = now(frame.dataset.zone);
  frame.querySelector(".now-line")?.remove();
  const line = document.createElement("div");
  line.className = "now-line";
  line.style.insetBlockStart = `${(minute / DAY) * 100}%`;
  columnOf(day)?.append(line);
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.('[data-key="today"]')) shown = "";
});
document.addEventListener("htmx:after:swap", arrange);
window.setInterval(markNow, 60_000);
arrange();
