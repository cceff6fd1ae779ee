// The key that goes to the next day with less time than expected, also of another week.
import { byId, first } from "../page/elements.js";
import { flagNote, flagWhile } from "../page/flags.js";
import { addKeys } from "../page/keys.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import { cellAt, grid, placeOf, readPart, table } from "./cells.js";
import { activeCell, focus } from "./focus.js";

const PATIENCE_MS = 500;

/** The day to go to as soon as it is known and on the screen, and what to say there. Whoever goes another way meanwhile
 * no longer waits for it.
 * @type {{day: string, said: string} | null} */
let wanted = null;

for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => (wanted = null), true);

async function findGap() {
  const td = activeCell();
  if (!td) return;
  const gap = { day: "", said: "" };
  wanted = gap;
  const found = await shownIfSlow(readPart(grid().dataset.gap, { after: placeOf(td).day }));
  const part = first(found, "#gap", HTMLElement);
  if (!part || wanted !== gap) return;
  gap.day = part.dataset.day ?? "";
  gap.said = part.textContent;
  if (!gap.day) flagNote(gap.said);
  else if (!goThere()) open(gap.day);
}

/** Say that a day is looked for if Jira has to be asked.
 * @param {Promise<HTMLElement>} search */
async function shownIfSlow(search) {
  let end = () => {};
  const timer = window.setTimeout(() => {
    const text = t("Looking for the next day with less time than expected.");
    end = flagWhile(text);
    say(text);
  }, PATIENCE_MS);
  try {
    return await search;
  } finally {
    window.clearTimeout(timer);
    end();
  }
}

/** Show the days around another one.
 * @param {string} day */
function open(day) {
  const button = byId("go-day", HTMLButtonElement);
  if (!button) return;
  button.value = day;
  button.click();
}

/** Go to the wanted day in the row of the focused cell.
 * @returns {boolean} false if the day is not on the screen */
function goThere() {
  const td = wanted?.day && table() && activeCell();
  const there = td && wanted && cellAt({ issue: placeOf(td).issue, day: wanted.day });
  if (!wanted || !there) return false;
  focus(there);
  say(wanted.said);
  wanted = null;
  return true;
}

document.addEventListener("htmx:after:swap", goThere);

addKeys({ y: () => (table() ? findGap() : false) });
