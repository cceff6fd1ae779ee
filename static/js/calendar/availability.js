// The year view of a person's leaves. Nothing is sent before Save.
import { byId, closest, first, the } from "../page/elements.js";
import { listed, t, tn } from "../page/language.js";
import { phone } from "../page/phone.js";
import {
  asPart,
  between,
  MOST_DAYS,
  markYear,
  partWords,
  showToday,
  stepped,
  withMark,
} from "./year_marking.js";

/** @typedef {import("./year_marking.js").Part} Part */
/** @typedef {{legend: string, part: Part}} Entry */

/** @type {Map<string, string>} what each changed day holds now, as in data-parts */
let changes = new Map();

const months = () => document.getElementById("months");

/** @param {string} day
 * @returns {HTMLTableCellElement | null} */
const cellOf = (day) => byId(`day-${day}`, HTMLTableCellElement);

/** @param {string} name
 * @returns {string} */
const chosen = (name) =>
  first(document, `#leaves input[name="${name}"]:checked`, HTMLInputElement)?.value ?? "";

/** @param {string} parts
 * @returns {Entry[]} */
const parse = (parts) =>
  parts
    .split(" ")
    .filter(Boolean)
    .map((pair) => pair.split(":"))
    .map(([legend, part]) => ({ legend, part: asPart(part) }));

/** Return the leaves of a day, as marked or as stored.
 * @param {string} day
 * @returns {string} */
const partsOf = (day) => changes.get(day) ?? cellOf(day)?.dataset.parts ?? "";

/** @param {string} id
 * @returns {HTMLElement | null} */
const legendOf = (id) => first(document, `#legend-names [data-legend="${CSS.escape(id)}"]`, HTMLElement);

/** @param {string} before
 * @param {string} legend
 * @returns {string} a day's parts once the chosen part is taken by this legend, or by none */
function marked(before, legend) {
  const part = asPart(chosen("part"));
  const entries = withMark(parse(before), part, legend ? { legend, part } : null);
  return entries.map((entry) => `${entry.legend}:${entry.part}`).join(" ");
}

/** @param {HTMLTableCellElement} cell */
function paint(cell) {
  const { day = "" } = cell.dataset;
  const letter = first(cell, "b", HTMLElement);
  if (!letter) return;
  const isToday = cell.classList.contains("now");
  if (!changes.has(day) || changes.get(day) === cell.dataset.parts) {
    if (!cell.dataset.look) return;
    [cell.className, letter.dataset.letter] = cell.dataset.look.split("|");
    cell.classList.toggle("now", isToday);
    cell.setAttribute("aria-label", cell.dataset.label ?? "");
    return;
  }
  cell.dataset.look ??= `${cell.className}|${letter.dataset.letter}`;
  cell.dataset.label ??= cell.getAttribute("aria-label") ?? "";
  const parts = parse(partsOf(day));
  const titles = parts.map(
    ({ legend, part }) =>
      `${legendOf(legend)?.textContent ?? ""}${part === "whole" ? "" : ` (${partWords(part)})`}`,
  );
  const look = parts.length ? legendOf(parts[0].legend) : null;
  const half = parts.length === 1 && parts[0].part !== "whole" ? parts[0].part : "";
  cell.className = `day changed ${cell.dataset.base} ${look ? `accent-${look.dataset.color}` : ""} ${half}`;
  cell.classList.toggle("now", isToday);
  letter.dataset.letter = look?.dataset.letter ?? "";
  cell.setAttribute("aria-label", listed([cell.dataset.name ?? "", ...titles, t("not saved")]));
}

/** @param {Iterable<string>} days */
function repaint(days) {
  for (const day of days) {
    const cell = cellOf(day);
    // A day of another year is not on the screen; the list of changes contains it.
    if (cell) paint(cell);
  }
}

/** Return the marks as the form sends them: the legends and parts of each changed day. */
function text() {
  const days = [...changes].map(([day, parts]) => [
    day,
    parse(parts).map(({ legend, part }) => [legend, part]),
  ]);
  return days.length ? JSON.stringify(Object.fromEntries(days)) : "";
}

/** @param {string} marks as ``text`` gives them
 * @returns {Map<string, string>} */
function fromText(marks) {
  /** @type {Record<string, [string, string][]>} */
  const days = marks ? JSON.parse(marks) : {};
  return new Map(
    Object.entries(days).map(([day, parts]) => [day, parts.map((pair) => pair.join(":")).join(" ")]),
  );
}

/** @param {string[]} days
 * @param {boolean} clear */
function mark(days, clear) {
  for (const day of days) {
    changes.set(day, marked(partsOf(day), clear ? "" : chosen("legend")));
    if (cellOf(day)?.dataset.parts === changes.get(day)) changes.delete(day);
  }
  lastDay = days.at(-1) ?? lastDay;
  repaint(days);
}

function changed() {
  byId("leave-problem", HTMLElement)?.remove();
  note();
  preview();
}

function preview() {
  const input = the("changes", HTMLInputElement);
  if (input.value === text()) return;
  input.value = text();
  input.dispatchEvent(new Event("change", { bubbles: false }));
}

function note() {
  const count = changes.size;
  the("leave-note", HTMLElement).textContent = count
    ? tn("{count} day is marked and not saved.", "{count} days are marked and not saved.", count)
    : "";
  the("save-leaves", HTMLButtonElement).disabled = count === 0;
  the("discard-leaves", HTMLButtonElement).disabled = count === 0;
  if (count) document.getElementById("leaves-saved")?.remove();
}

/** @param {string[]} days
 * @returns {string} what was done to them */
const spoken = (days) => cellOf(days[days.length - 1])?.getAttribute("aria-label") ?? "";

const marking = markYear(
  { days: "#months .day", dateOf: (cell) => cell.dataset.day ?? "", cellOf },
  {
    text,
    restore(before, days) {
      changes = fromText(before);
      repaint(days);
    },
    same: (day) => chosen("legend") !== "" && marked(partsOf(day), chosen("legend")) === partsOf(day),
    mark,
    spoken,
    changed,
  },
);

document.addEventListener("click", (event) => {
  if (closest(event.target, "#mark-range", HTMLElement)) markRange();
  if (closest(event.target, "#discard-leaves", HTMLElement)) changes = new Map();
});

/** @param {string} from
 * @param {string} to
 * @returns {string} why these two days are not a range, "" if they are */
function rangeProblem(from, to) {
  if (!from || !to) return t("Choose both days.");
  if (to < from) return t("It ends before it begins.");
  return stepped(from, MOST_DAYS) <= to ? t("Choose {most} days at most.", { most: MOST_DAYS }) : "";
}

function markRange() {
  const [from, to] = ["leave-first", "leave-last"].map((id) => the(id, HTMLInputElement).value);
  const error = the("range-error", HTMLElement);
  error.textContent = rangeProblem(from, to);
  if (error.textContent) return;
  const before = text();
  const days = between(from, to);
  mark(days, false);
  marking.goOnFrom(to);
  marking.settle(before, spoken(days));
}

document.addEventListener("input", (event) => {
  if (closest(event.target, ".range-entry input", HTMLElement))
    the("range-error", HTMLElement).textContent = "";
});

// Opening another year or person would discard the marks: the bar says so instead.
for (const kind of ["change", "submit", "click"]) {
  document.addEventListener(
    kind,
    (event) => {
      const form = closest(event.target, "#availability-choice", HTMLFormElement);
      if (!form || !changes.size) return;
      if (kind === "click" && !closest(event.target, "button, a", HTMLElement)) return;
      event.preventDefault();
      event.stopPropagation();
      the("leave-note", HTMLElement).textContent = t(
        "You have marked days that are not saved. Save or discard them first.",
      );
      if (kind === "change") form.reset();
    },
    true,
  );
}

window.addEventListener("beforeunload", (event) => {
  if (months() && changes.size) event.preventDefault();
});

/** The marks that a request saved.
 * @type {WeakMap<HtmxContext, string>} */
const sent = new WeakMap();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement?.matches("#leaves")) sent.set(ctx, text());
});

/** Return what was marked, or taken back, while marks were being saved.
 * @param {HtmxContext} ctx
 * @returns {Map<string, string>} */
function markedLater(ctx) {
  const was = fromText(sent.get(ctx) ?? text());
  const before = [...was.keys()].filter((day) => !changes.has(day));
  const stored = (/** @type {string} */ day) =>
    first(lastMonths, `#day-${day}`, HTMLElement)?.dataset.parts ?? "";
  return new Map([
    ...[...changes].filter(([day, parts]) => was.get(day) !== parts),
    ...before.map((day) => /** @type {[string, string]} */ ([day, stored(day)])),
  ]);
}

/** @type {HTMLElement | null} */
let lastMonths = null;

/** The day that was marked last, and whose days are on the screen. */
let lastDay = "";
let lastPerson = "";

/** @param {HtmxContext} [ctx] what was answered, if it was a request */
function open(ctx) {
  const here = months();
  if (!here || here === lastMonths) return;
  const later = ctx ? markedLater(ctx) : new Map();
  lastMonths = here;
  marking.goOnFrom(null);
  marking.forget();
  changes = fromText(the("changes", HTMLInputElement).value);
  for (const [day, parts] of later)
    if (cellOf(day)?.dataset.parts === parts) changes.delete(day);
    else changes.set(day, parts);
  repaint(changes.keys());
  note();
  if (later.size) preview();
  const person = first(document, '#leaves input[name="person"]', HTMLInputElement)?.value ?? "";
  if (person !== lastPerson) lastDay = "";
  lastPerson = person;
  const last = cellOf(lastDay);
  marking.rove(last);
  // Save is disabled now, so the focus goes on from there.
  first(here, '.day[tabindex="0"]', HTMLElement)?.toggleAttribute("data-land", true);
  // The message about a save is above the months, which scroll with it on a phone.
  if (first(document, "#leaves-saved, #leave-problem", HTMLElement) && phone.matches) return;
  if (last) last.scrollIntoView({ block: "nearest" });
  else showToday(here);
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => open(ctx));
document.addEventListener("sentences:read", () => {
  if (!months()) return;
  repaint(changes.keys());
  note();
});
open();
