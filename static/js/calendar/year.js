// The year of a global calendar: click, drag, Shift, or arrows and Space. Marks are a draft in the form until Save.
import { markChanges } from "../site/configuration.js";

/** @typedef {{part: string, legend: string, title: string}} Entry */

const HALVES = { whole: 3, morning: 1, afternoon: 2 };
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const MOST_UNDONE = 100;

/** @type {string[]} drafts to go back to */
let undo = [];
/** @type {string | null} the day marked last, from which Shift goes on */
let anchor = null;
/** @type {{from: string, to: string, clear: boolean, before: string} | null} */
let drag = null;
/** @type {string | undefined} the calendar on the screen */
let shown;

const year = () => document.getElementById("year");

/** @returns {HTMLTextAreaElement} */
const field = () => document.getElementById("calendar-days");

/** @param {string} date
 * @returns {HTMLTableCellElement | null} */
const cellOf = (date) => year()?.querySelector(`[data-date="${date}"]`);

/** @returns {Map<string, Entry[]>} */
function read() {
  const days = new Map();
  for (const line of field().value.split("\n").filter(Boolean)) {
    const [date, part, legend, title] = line.split("\t");
    days.set(date, [...(days.get(date) ?? []), { part, legend, title }]);
  }
  return days;
}

/** @param {Map<string, Entry[]>} days */
function write(days) {
  field().value = [...days]
    .flatMap(([date, entries]) => entries.map((e) => [date, e.part, e.legend, e.title].join("\t")))
    .join("\n");
}

/** @param {string} id
 * @returns {HTMLElement | null} */
const legendOf = (id) => document.querySelector(`#year-legends [data-legend="${CSS.escape(id)}"]`);

/** @returns {{legend: string, part: string, title: string}} what a click marks */
function tool() {
  const mark = document.querySelector('.year-palette input[name="mark"]:checked');
  const title = document.getElementById("mark-title").value.replace(/\s+/g, " ").trim();
  const part = document.querySelector('.year-palette input[name="part"]:checked').value;
  return { legend: mark.value, part, title: title || mark.dataset.title };
}

/** @param {Entry[]} entries
 * @param {{legend: string, part: string, title: string}} mark
 * @param {boolean} clear
 * @returns {Entry[]} a day once the mark has taken the place of what it meets */
function marked(entries, mark, clear) {
  const kept = entries.filter((entry) => !(HALVES[entry.part] & HALVES[mark.part]));
  if (clear || !mark.legend) return kept;
  return [...kept, mark].sort((one, other) => HALVES[one.part] - HALVES[other.part]);
}

/** @param {HTMLTableCellElement} cell
 * @param {Entry[]} entries */
function paint(cell, entries) {
  const looks = entries.map((entry) => ({ ...entry, ...(legendOf(entry.legend)?.dataset ?? {}) }));
  for (const name of [...cell.classList]) if (/^(am|pm)-/.test(name)) cell.classList.remove(name);
  for (const { part, colour } of looks) {
    if (part !== "afternoon") cell.classList.add(`am-${colour}`);
    if (part !== "morning") cell.classList.add(`pm-${colour}`);
  }
  cell.querySelector("b").dataset.letter = [...new Set(looks.map(({ letter }) => letter))].join("");
  cell.setAttribute("aria-selected", String(entries.length > 0));
  const words = entries.map(({ part, legend, title }) => {
    const reason = legendOf(legend)?.textContent ?? "";
    return `${reason}${title === reason ? "" : ` (${title})`}${part === "whole" ? "" : `, ${part}`}`;
  });
  const name = cell.getAttribute("aria-label").split(": ")[0];
  cell.setAttribute("aria-label", words.length ? `${name}: ${words.join("; ")}` : name);
}

/** @param {Iterable<string>} dates */
function repaint(dates) {
  const days = read();
  for (const date of dates) if (cellOf(date)) paint(cellOf(date), days.get(date) ?? []);
}

/** @param {Iterable<string>} dates
 * @param {(entries: Entry[], date: string) => Entry[]} change */
function edit(dates, change) {
  const days = read();
  for (const date of dates) {
    const entries = change(days.get(date) ?? [], date);
    if (entries.length) days.set(date, entries);
    else days.delete(date);
  }
  write(new Map([...days].sort(([one], [other]) => (one < other ? -1 : 1))));
  repaint(dates);
}

/** Let everybody know of what was marked since.
 * @param {string} before the draft as it was
 * @param {string} said */
function settle(before, said) {
  document.getElementById("live").textContent = said;
  if (field().value === before) return;
  undo = [...undo, before].slice(-MOST_UNDONE);
  document.getElementById("settings").dataset.dirty = "";
  markChanges();
  field().dispatchEvent(new Event("marked"));
}

/** @param {string} from
 * @param {string} to
 * @returns {string[]} every day of the year between two, both included */
function between(from, to) {
  const [first, last] = from < to ? [from, to] : [to, from];
  const dates = [...year().querySelectorAll("[data-date]")].map((cell) => cell.dataset.date);
  return dates.filter((date) => first <= date && date <= last);
}

/** Whether the mark is there already, so that marking takes it away.
 * @param {string} date */
function same(date) {
  const { legend, part } = tool();
  return (read().get(date) ?? []).some((entry) => entry.legend === legend && entry.part === part);
}

/** @param {string[]} dates
 * @param {boolean} clear */
function mark(dates, clear) {
  const chosen = tool();
  edit(dates, (entries) => marked(entries, chosen, clear));
}

/** @param {string} date
 * @param {boolean} range */
function choose(date, range) {
  const before = field().value;
  const dates = range && anchor && cellOf(anchor) ? between(anchor, date) : [date];
  mark(dates, dates.length === 1 && same(date));
  anchor = date;
  settle(before, dates.length === 1 ? cellOf(date).getAttribute("aria-label") : spoken(dates.length));
}

/** @param {number} count */
const spoken = (count) => `${count} days are marked as ${tool().legend ? tool().title : "working days"}.`;

/** Give the keyboard one day to start from.
 * @param {HTMLElement | null} to */
function rove(to) {
  const cell = to ?? year()?.querySelector(".now") ?? year()?.querySelector("[data-date]");
  for (const other of year()?.querySelectorAll('[tabindex="0"]') ?? []) other.tabIndex = -1;
  if (cell) cell.tabIndex = 0;
}

/** @param {EventTarget | null} target
 * @returns {HTMLTableCellElement | null} */
const dayAt = (target) => target.closest?.("#year [data-date]") ?? null;

document.addEventListener("pointerdown", (event) => {
  const cell = dayAt(event.target);
  if (!cell || event.button !== 0 || event.shiftKey || event.pointerType === "touch") return;
  const { date } = cell.dataset;
  drag = { from: date, to: date, clear: same(date), before: field().value };
});

document.addEventListener("pointerover", (event) => {
  const cell = dayAt(event.target);
  if (!drag || !cell || cell.dataset.date === drag.to) return;
  const touched = between(drag.from, drag.to);
  drag.to = cell.dataset.date;
  field().value = drag.before;
  repaint(touched);
  mark(between(drag.from, drag.to), drag.clear);
});

document.addEventListener("pointerup", () => {
  if (drag && field()?.value !== drag.before) {
    anchor = drag.from;
    rove(cellOf(drag.to));
    settle(drag.before, spoken(between(drag.from, drag.to).length));
  }
  // A click follows when button and day are the same; it finds the drag over unless it moved.
  if (drag && drag.from === drag.to && field()?.value === drag.before) drag = null;
  else window.setTimeout(() => (drag = null));
});

document.addEventListener("click", (event) => {
  const cell = dayAt(event.target);
  if (cell && !drag) {
    rove(cell);
    cell.focus();
    choose(cell.dataset.date, event.shiftKey);
  }
  const before = field()?.value;
  const revert = event.target.closest("[data-revert]");
  if (revert) {
    const lines = revert.dataset.before.split("\n").filter(Boolean);
    edit([revert.dataset.revert], () =>
      lines.map((line) => {
        const [, part, legend, title] = line.split("\t");
        return { part, legend, title };
      }),
    );
    settle(before, "Undone.");
  }
  const clear = event.target.closest("[data-clear]");
  if (clear) {
    edit([clear.dataset.clear], (entries) => entries.filter((e) => e.part !== clear.dataset.part));
    settle(before, "Removed.");
  }
});

document.addEventListener("change", (event) => {
  const { retitle, part } = event.target.dataset ?? {};
  if (!retitle) return;
  const title = event.target.value.replace(/\s+/g, " ").trim();
  const before = field().value;
  edit([retitle], (entries) => entries.map((entry) => (entry.part === part ? { ...entry, title } : entry)));
  settle(before, "Title changed.");
});

/** @param {string} date
 * @param {string} key
 * @returns {string | null} the day that a key leads to */
function destination(date, key) {
  const at = new Date(`${date}T12:00:00Z`);
  if (STEPS[key]) at.setUTCDate(at.getUTCDate() + STEPS[key]);
  else if (key === "PageUp" || key === "PageDown") {
    const month = at.getUTCMonth() + (key === "PageUp" ? -1 : 1);
    const last = new Date(Date.UTC(at.getUTCFullYear(), month + 1, 0)).getUTCDate();
    at.setUTCMonth(month, Math.min(at.getUTCDate(), last));
  } else if (key === "Home") at.setUTCDate(1);
  else if (key === "End") at.setUTCMonth(at.getUTCMonth() + 1, 0);
  else return null;
  return at.toISOString().slice(0, 10);
}

document.addEventListener("keydown", (event) => {
  const cell = dayAt(event.target);
  if (!cell) return;
  if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    choose(cell.dataset.date, event.shiftKey);
  } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && undo.length) {
    event.preventDefault();
    const { value } = field();
    field().value = undo[undo.length - 1];
    undo = undo.slice(0, -1);
    const kept = undo;
    repaint([...year().querySelectorAll("[data-date]")].map((other) => other.dataset.date));
    settle(value, "Undone.");
    undo = kept;
  } else {
    const date = destination(cell.dataset.date, event.key);
    if (!date) return;
    event.preventDefault();
    const next = cellOf(date);
    if (!next) return;
    rove(next);
    next.focus();
  }
});

// The answer knows what changes: nothing marked means nothing to save.
document.addEventListener("htmx:after:swap", () => {
  const draft = document.getElementById("calendar-draft");
  if (!draft) {
    shown = undefined;
    return;
  }
  const form = document.getElementById("settings");
  if (Number(draft.dataset.changes)) form.dataset.dirty = "";
  else if (!document.getElementById("settings-conflict")) delete form.dataset.dirty;
  markChanges();
  if (year().dataset.calendar !== shown) undo = [];
  shown = year().dataset.calendar;
  if (!year().querySelector('[tabindex="0"]')) rove(null);
});
