// The calendar by keyboard: arrows move between blocks, Space chooses one, M picks one up, arrows move it, Enter drops it.
import { inReadingOrder } from "../../page/direction.js";
import { flagProblem } from "../../page/flags.js";
import { whenHere } from "../../page/here.js";
import { keyOf } from "../../page/keys.js";
import { t } from "../../page/language.js";
import { say } from "../../page/live.js";
import {
  asInJira,
  blockOf,
  blocksIn,
  choose,
  flagClosed,
  movedTo,
  open,
  putBack,
  remove,
  save,
  saySaving,
  show,
  times,
} from "./blocks.js";
import { calendar, clockWords, columns, DAY, STEP, snap, within } from "./dayplan.js";
import { cancelDrag } from "./drag.js";

/** @typedef {import("./blocks.js").Lift} Lift */

/** The keys that pick up or delete a block. */
const CHANGES = /^(m|delete|backspace)$/i;
const DELETES = /^(delete|backspace)$/i;
/** The keys that do nothing on a block while Jira is asked: elsewhere on the page, or on a button, they mean something else. */
const LATER = /^( |m|enter|delete|backspace)$/i;
/** @type {Record<string, number>} */
const DOWN = { ArrowDown: 1, ArrowUp: -1 };
/** @type {Record<string, number>} */
const ASIDE = { ArrowRight: 1, ArrowLeft: -1 };

/** The block that the keyboard moves.
 * @type {Lift | null} */
let lifted = null;

/** @param {Lift} lift
 * @returns {string} */
function place(lift) {
  const { column } = lift;
  const [from, to] = times(lift);
  const day = document.getElementById(`name-${column.dataset.day}`)?.title ?? column.dataset.day;
  return t("{day}, {start} to {end}", {
    day: day ?? "",
    start: clockWords(from),
    end: clockWords(to),
  });
}

/** @param {KeyboardEvent} event
 * @param {Lift} lift
 * @returns {Lift | null} where a key takes the lifted block */
function step(event, lift) {
  const { column, from, to } = lift;
  const days = columns();
  const down = (DOWN[event.key] ?? 0) * STEP;
  const aside = ASIDE[inReadingOrder(event.key)];
  if (down && event.shiftKey) {
    return to > DAY ? lift : { ...lift, to: within(snap(to + down), from + STEP, DAY) };
  }
  if (down) return movedTo(lift, column, snap(from + down));
  if (aside && !event.shiftKey) return { ...lift, column: days[days.indexOf(column) + aside] ?? column };
  return null;
}

/** @param {HTMLElement} block
 * @returns {Lift | null} */
function lift(block) {
  lifted = asInJira(block);
  if (!lifted) return null;
  show(lifted);
  say(
    t("Lifted. {place}. Arrows move it, Enter puts it down, Escape puts it back.", {
      place: place(lifted),
    }),
  );
  return lifted;
}

/** @param {Lift} lift */
function cancel({ block }) {
  lifted = null;
  putBack(block);
  say(t("Put back."));
}

/** @param {KeyboardEvent} event
 * @param {Lift} lift
 * @returns {boolean} */
function keyWhileLifted(event, lift) {
  const next = step(event, lift);
  if (next) {
    lifted = next;
    show(next);
    next.block.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(place(next));
  } else if (event.key === "Escape") cancel(lift);
  else if (event.key === "Enter" || event.key === " ") {
    lifted = null;
    save(lift);
  } else return false;
  return true;
}

/** @param {KeyboardEvent} event
 * @param {HTMLElement} block
 * @returns {boolean} */
function keyOnBlock(event, block) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (lifted) return keyWhileLifted(event, lifted);
  const stretches = event.shiftKey && event.key in DOWN;
  if (block.classList.contains("saving")) {
    if (!stretches && !LATER.test(keyOf(event))) return walk(event, block);
    saySaving();
    return true;
  }
  const why = (DELETES.test(event.key) ? block.dataset.kept : block.dataset.fixed) ?? "";
  if (why && (stretches || CHANGES.test(keyOf(event)))) flagClosed(why);
  else if (event.key === " ") choose(block, event.shiftKey);
  else if (keyOf(event) === "m") lift(block);
  else if (stretches) {
    const up = lift(block);
    if (up) keyWhileLifted(event, up);
  } else if (DELETES.test(event.key)) remove(block);
  else return walk(event, block);
  return true;
}

/** Move between blocks with arrows: up and down within a day, sideways to the nearest block of another day.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} block
 * @returns {boolean} */
function walk(event, block) {
  const blocks = blocksIn(calendar());
  const down = DOWN[event.key];
  const aside = ASIDE[inReadingOrder(event.key)];
  if (down) blocks[blocks.indexOf(block) + down]?.focus();
  else if (aside) {
    const days = columns().filter((column) => column.querySelector(".block"));
    const next = days[days.findIndex((day) => day.contains(block)) + aside];
    const from = Number(block.dataset.from);
    const near = blocksIn(next ?? null).sort(
      (a, b) => Math.abs(Number(a.dataset.from) - from) - Math.abs(Number(b.dataset.from) - from),
    );
    near[0]?.focus();
  }
  return Boolean(down || aside);
}

document.addEventListener("keydown", (event) => {
  const block = blockOf(event.target);
  if (event.key === "Escape") cancelDrag();
  if (block && keyOnBlock(event, block)) {
    event.preventDefault();
    event.stopPropagation();
  }
});

// Releasing the space bar would click the button; here it chooses and drops.
document.addEventListener("keyup", (event) => {
  if (event.key === " " && blockOf(event.target)) event.preventDefault();
});

// A block that moves to another column, or that a swap draws again, loses its focus only for a moment.
document.addEventListener("focusout", (event) => {
  if (event.target !== lifted?.block) return;
  window.setTimeout(() => {
    if (lifted && document.activeElement !== lifted.block) cancel(lifted);
  });
});

/** Keep the lifted block where it is after a swap, which draws it where Jira has it, unless it is no longer there. */
export function keepLifted() {
  if (!lifted) return;
  const { block, column } = lifted;
  if (block.isConnected && column.isConnected) {
    show(lifted);
    whenHere(() => block.focus());
  } else {
    lifted = null;
    flagProblem(t("The worklog that you lifted is no longer on these days. Nothing was moved."));
  }
}

document.addEventListener("click", (event) => {
  const block = blockOf(event.target);
  if (!block || lifted || block.classList.contains("saving")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) choose(block, event.shiftKey);
  else open(block);
});
