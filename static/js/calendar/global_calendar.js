// The year view of a global calendar. Marks are a draft in the form until Save.
import { all, byId, closest, first, the } from "../page/elements.js";
import { t, tn } from "../page/language.js";
import { phone } from "../page/phone.js";
import { markChanges } from "../site/configuration.js";
import { asPart, markYear, partWords, showToday, withMark } from "./year_marking.js";

/** @typedef {import("./year_marking.js").Part} Part */
/** @typedef {{part: Part, legend: string, title: string}} Entry */

/** @type {string | undefined} the calendar on the screen */
let lastCalendar;
/** @type {string | undefined} the first day on the screen */
let start;

const year = () => document.getElementById("year");
const field = () => byId("calendar-days", HTMLTextAreaElement);
/** Return the draft as the form sends it. */
const text = () => field()?.value ?? "";

/** @param {string} date
 * @returns {HTMLElement | null} */
const cellOf = (date) => first(year(), `[data-date="${date}"]`, HTMLElement);

/** @param {string} lines
 * @returns {Map<string, Entry[]>} */
function parse(lines) {
  /** @type {Map<string, Entry[]>} */
  const days = new Map();
  for (const line of lines.split("\n").filter(Boolean)) {
    const [date, part, legend, title] = line.split("\t");
    days.set(date, [...(days.get(date) ?? []), { part: asPart(part), legend, title }]);
  }
  return days;
}

/** @param {string} value */
function setText(value) {
  the("calendar-days", HTMLTextAreaElement).value = value;
}

/** @param {string} id
 * @returns {HTMLElement | null} */
const legendOf = (id) => first(document, `#year-legends [data-legend="${CSS.escape(id)}"]`, HTMLElement);

/** @param {string} typed
 * @returns {string} */
const asTitle = (typed) => typed.replace(/\s+/g, " ").trim();

/** @returns {Entry & {name: string}} what a click marks, and its name as it is shown; without a legend a working day */
function tool() {
  const mark = first(document, '.year-palette input[name="mark"]:checked', HTMLInputElement);
  const part = first(document, '.year-palette input[name="part"]:checked', HTMLInputElement);
  const title = asTitle(the("mark-title", HTMLInputElement).value);
  return {
    legend: mark?.value ?? "",
    part: asPart(part?.value ?? ""),
    title: title || (mark?.dataset.title ?? ""),
    name: title || (mark?.dataset.name ?? ""),
  };
}

/** @param {HTMLElement} cell
 * @param {Entry[]} entries */
function paint(cell, entries) {
  const looks = entries.map(({ part, legend }) => {
    const { color, letter } = legendOf(legend)?.dataset ?? {};
    return { part, color, letter };
  });
  for (const name of [...cell.classList]) if (/^(am|pm)-/.test(name)) cell.classList.remove(name);
  for (const { part, color } of looks) {
    if (part !== "afternoon") cell.classList.add(`am-${color}`);
    if (part !== "morning") cell.classList.add(`pm-${color}`);
  }
  const mark = first(cell, "b", HTMLElement);
  if (mark) mark.dataset.letter = [...new Set(looks.map(({ letter }) => letter))].join("");
  cell.setAttribute("aria-selected", String(entries.length > 0));
  const words = entries.map(({ part, legend, title }) => {
    const reason = legendOf(legend)?.textContent ?? "";
    return `${reason}${title === reason ? "" : ` (${title})`}${part === "whole" ? "" : `, ${partWords(part)}`}`;
  });
  const [name] = (cell.getAttribute("aria-label") ?? "").split(": ");
  cell.setAttribute("aria-label", words.length ? `${name}: ${words.join("; ")}` : name);
}

/** @param {Iterable<string>} dates */
function repaint(dates) {
  const days = parse(text());
  for (const date of dates) {
    const cell = cellOf(date);
    if (cell) paint(cell, days.get(date) ?? []);
  }
}

/** Paint the days on the screen again. */
const repaintYear = () =>
  repaint(all(year(), "[data-date]", HTMLElement).map((cell) => cell.dataset.date ?? ""));

/** @param {string[]} dates
 * @param {(entries: Entry[]) => Entry[]} change */
function edit(dates, change) {
  const days = parse(text());
  for (const date of dates) {
    const entries = change(days.get(date) ?? []);
    if (entries.length) days.set(date, entries);
    else days.delete(date);
  }
  const lines = [...days]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([date, entries]) => entries.map((e) => [date, e.part, e.legend, e.title].join("\t")));
  setText(lines.join("\n"));
  repaint(dates);
}

function changed() {
  for (const refusal of all(document, "#calendar-editor .day-error", HTMLElement)) refusal.remove();
  the("settings", HTMLElement).dataset.dirty = "";
  markChanges();
  field()?.dispatchEvent(new Event("marked"));
}

/** @param {string[]} dates
 * @returns {string} what was done to them */
function spoken(dates) {
  if (dates.length === 1) return cellOf(dates[0])?.getAttribute("aria-label") ?? "";
  const { legend, name } = tool();
  return legend
    ? tn("{count} day is marked as {name}.", "{count} days are marked as {name}.", dates.length, { name })
    : tn("{count} day is marked as a working day.", "{count} days are marked as working days.", dates.length);
}

const marking = markYear(
  { days: "#year [data-date]", dateOf: (cell) => cell.dataset.date ?? "", cellOf },
  {
    text,
    restore(before, dates) {
      setText(before);
      repaint(dates);
    },
    same(date) {
      const { legend, part } = tool();
      return (parse(text()).get(date) ?? []).some((entry) => entry.legend === legend && entry.part === part);
    },
    mark(dates, clear) {
      const chosen = tool();
      edit(dates, (entries) => withMark(entries, chosen.part, clear || !chosen.legend ? null : chosen));
    },
    spoken,
    changed,
  },
);

document.addEventListener("click", (event) => {
  const before = text();
  const { revert, before: was } = closest(event.target, "[data-revert]", HTMLElement)?.dataset ?? {};
  if (revert !== undefined) {
    const entries = [...parse(was ?? "").values()].flat();
    edit([revert], () => entries);
    marking.settle(before, t("Undone."));
  }
  const { clear, part } = closest(event.target, "[data-clear]", HTMLElement)?.dataset ?? {};
  if (clear !== undefined) {
    edit([clear], (entries) => entries.filter((e) => e.part !== part));
    marking.settle(before, t("Removed."));
  }
});

document.addEventListener("change", (event) => {
  const input = closest(event.target, "[data-retitle]", HTMLInputElement);
  const { retitle, part } = input?.dataset ?? {};
  if (!input || !retitle) return;
  const title = asTitle(input.value);
  const before = text();
  edit([retitle], (entries) => entries.map((entry) => (entry.part === part ? { ...entry, title } : entry)));
  marking.settle(before, t("Title changed."));
});

/** The field with the draft, and the draft, when a request saved it.
 * @type {WeakMap<HtmxContext, {days: HTMLTextAreaElement, draft: string}>} */
const sent = new WeakMap();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const days = field();
  if (days && ctx.sourceElement?.matches("#settings")) sent.set(ctx, { days, draft: text() });
});

/** Go on with what was marked while the draft was being saved.
 * @param {HtmxContext} ctx */
function restoreLater(ctx) {
  const was = sent.get(ctx);
  if (!was || was.days.isConnected || was.days.value === was.draft) return;
  setText(was.days.value);
  repaintYear();
  changed();
}

// The response knows what would change: if nothing is marked, there is nothing to save.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const draft = document.getElementById("calendar-draft");
  const here = year();
  if (!draft || !here) {
    lastCalendar = undefined;
    return;
  }
  const form = the("settings", HTMLElement);
  if (Number(draft.dataset.changes)) form.dataset.dirty = "";
  else if (!document.getElementById("settings-conflict")) delete form.dataset.dirty;
  markChanges();
  const { calendar } = here.dataset;
  const { date } = first(here, "[data-date]", HTMLElement)?.dataset ?? {};
  if (calendar !== lastCalendar) marking.forget();
  // A new calendar is named first.
  if (calendar !== lastCalendar && phone.matches && !first(form, "[data-start]", HTMLElement))
    showToday(here);
  if (calendar !== lastCalendar || date !== start) marking.goOnFrom(null);
  [lastCalendar, start] = [calendar, date];
  if (!here.querySelector('[tabindex="0"]')) marking.rove();
  restoreLater(ctx);
});

document.addEventListener("sentences:read", repaintYear);
