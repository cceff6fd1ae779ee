// A year to mark days in: click, drag, Shift, or arrows and Space. Nothing leaves the page before Save.

const MOST_DAYS = 366;

/** @type {Map<string, string>} what each changed day holds now, as in data-parts */
let changes = new Map();
/** @type {string | null} */
let last = null;
/** @type {{day: string, clear: boolean, seen: Set<string>} | null} */
let drag = null;

/** @returns {HTMLElement | null} */
const months = () => document.getElementById("months");

/** @param {string} day
 * @returns {HTMLTableCellElement | null} */
const cellOf = (day) => document.getElementById(`day-${day}`);

/** @param {string} name
 * @returns {HTMLInputElement | null} */
const chosen = (name) => document.querySelector(`#leaves input[name="${name}"]:checked`);

/** @param {string} parts
 * @returns {Array<[string, string]>} pairs of legend and part */
const read = (parts) =>
  parts
    .split(" ")
    .filter(Boolean)
    .map((pair) => pair.split(":"));

/** @param {string} day
 * @returns {string} */
const held = (day) => changes.get(day) ?? cellOf(day)?.dataset.parts ?? "";

/** @param {string} id
 * @returns {HTMLElement | null} */
const legend = (id) => document.querySelector(`#legend-names [data-legend="${CSS.escape(id)}"]`);

/** Halves that a part takes, as bits.
 * @param {string} part */
const halves = (part) => ({ whole: 3, morning: 1, afternoon: 2 })[part];

/** @param {string} before
 * @param {string} id
 * @param {string} part
 * @returns {string} a day's parts once this one takes the place of what it meets */
function marked(before, id, part) {
  const kept = read(before).filter(([, other]) => !(halves(other) & halves(part)));
  const all = id ? [...kept, [id, part]] : kept;
  return all
    .sort((one, other) => halves(one[1]) - halves(other[1]))
    .map((pair) => pair.join(":"))
    .join(" ");
}

/** @param {HTMLTableCellElement} cell */
function paint(cell) {
  const shown = cell.querySelector("b").dataset;
  const parts = read(held(cell.dataset.day));
  const changed = changes.has(cell.dataset.day) && changes.get(cell.dataset.day) !== cell.dataset.parts;
  if (!changed && cell.dataset.look) {
    [cell.className, shown.letter] = cell.dataset.look.split("|");
    cell.setAttribute("aria-label", cell.dataset.label);
    return;
  }
  if (!changed) return;
  cell.dataset.look ??= `${cell.className}|${shown.letter}`;
  cell.dataset.label ??= cell.getAttribute("aria-label");
  const titles = parts.map(
    ([id, part]) => `${legend(id)?.textContent ?? ""}${part === "whole" ? "" : ` (${part})`}`,
  );
  const first = parts.length ? legend(parts[0][0]) : null;
  const half = parts.length === 1 && parts[0][1] !== "whole" ? parts[0][1] : "";
  cell.className = `day changed ${cell.dataset.base} ${first ? `accent-${first.dataset.colour}` : ""} ${half}`;
  shown.letter = first?.dataset.letter ?? "";
  cell.setAttribute("aria-label", [cell.dataset.name, ...titles, "not saved"].join(", "));
}

function settle() {
  for (const [day, parts] of changes) if (cellOf(day)?.dataset.parts === parts) changes.delete(day);
  const input = document.getElementById("changes");
  const plain = Object.fromEntries([...changes].map(([day, parts]) => [day, read(parts)]));
  const text = changes.size ? JSON.stringify(plain) : "";
  note();
  if (input.value === text) return;
  input.value = text;
  input.dispatchEvent(new Event("change", { bubbles: false }));
}

function note() {
  const count = changes.size;
  document.getElementById("leave-note").textContent = count
    ? `${count} ${count === 1 ? "day is" : "days are"} marked and not saved.`
    : "";
  document.getElementById("save-leaves").disabled = count === 0;
  document.getElementById("discard-leaves").disabled = count === 0;
  if (count) document.getElementById("leaves-saved")?.remove();
}

/** @param {string} day
 * @param {boolean} clear */
function mark(day, clear) {
  const cell = cellOf(day);
  changes.set(day, marked(held(day), clear ? "" : chosen("legend").value, chosen("part").value));
  // A day of another year is not on the screen: the list below the marks says what it holds.
  if (!cell) return;
  paint(cell);
  if (changes.get(day) === cell.dataset.parts) changes.delete(day);
}

/** Whether marking this day means taking the same mark away.
 * @param {string} day */
function same(day) {
  const id = chosen("legend").value;
  return id !== "" && marked(held(day), id, chosen("part").value) === held(day);
}

/** @param {string} from
 * @param {string} to
 * @returns {string[]} every day between two, both included, whatever year is shown */
function between(from, to) {
  const [first, end] = from < to ? [from, to] : [to, from];
  const days = [];
  for (let day = first; day <= end && days.length < MOST_DAYS; day = stepped(day, 1)) days.push(day);
  return days;
}

/** @param {string} day
 * @param {boolean} range */
function choose(day, range) {
  const clear = !range && same(day);
  for (const one of range && last ? between(last, day) : [day]) mark(one, clear);
  last = day;
  document.getElementById("live").textContent = cellOf(day).getAttribute("aria-label");
  settle();
}

/** Give the keyboard one day to start from.
 * @param {HTMLElement} [to] */
function rove(to) {
  const cell = to ?? months()?.querySelector(".day.now") ?? months()?.querySelector(".day");
  for (const other of months()?.querySelectorAll('.day[tabindex="0"]') ?? []) other.tabIndex = -1;
  if (cell) cell.tabIndex = 0;
}

document.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest?.("#months .day");
  if (!cell || event.button !== 0 || event.shiftKey || event.pointerType === "touch") return;
  drag = { day: cell.dataset.day, clear: same(cell.dataset.day), seen: new Set() };
});

document.addEventListener("pointerover", (event) => {
  const cell = event.target.closest?.("#months .day");
  if (!drag || !cell) return;
  if (cell.dataset.day === drag.day && drag.seen.size === 0) return;
  for (const day of between(drag.day, cell.dataset.day)) {
    if (!drag.seen.has(day)) mark(day, drag.clear);
    drag.seen.add(day);
  }
});

document.addEventListener("pointerup", () => {
  if (drag?.seen.size) {
    last = drag.day;
    settle();
  }
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("#months .day");
  const dragged = drag?.seen.size;
  drag = null;
  if (cell && !dragged) {
    rove(cell);
    cell.focus();
    choose(cell.dataset.day, event.shiftKey);
  }
  if (event.target.closest?.("#mark-range")) markRange();
  if (event.target.closest?.("#discard-leaves")) changes = new Map();
});

/** @param {string} first
 * @param {string} end
 * @returns {string} why these two days are no range, "" where they are one */
function rangeProblem(first, end) {
  if (!first || !end) return "Choose both days.";
  if (end < first) return "It ends before it begins.";
  return stepped(first, MOST_DAYS) <= end ? `Choose ${MOST_DAYS} days at most.` : "";
}

function markRange() {
  const [first, end] = ["leave-first", "leave-last"].map((id) => document.getElementById(id).value);
  const error = document.getElementById("range-error");
  error.textContent = rangeProblem(first, end);
  if (error.textContent) return;
  for (const day of between(first, end)) mark(day, false);
  last = end;
  settle();
}

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** @param {string} day
 * @param {number} step
 * @returns {string} */
function stepped(day, step) {
  const at = new Date(`${day}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + step);
  return at.toISOString().slice(0, 10);
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("#months .day");
  if (!cell) return;
  const step = STEPS[event.key];
  if (step) {
    event.preventDefault();
    const next = cellOf(stepped(cell.dataset.day, step));
    if (next) {
      rove(next);
      next.focus();
    }
  } else if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    choose(cell.dataset.day, event.shiftKey);
  }
});

// Another year or person would take the marks away: the bar says so instead.
for (const kind of ["change", "submit", "click"]) {
  document.addEventListener(
    kind,
    (event) => {
      const leaving = event.target.closest?.("#availability-choice");
      if (!leaving || !changes.size || (kind === "click" && !event.target.closest("button, a"))) return;
      event.preventDefault();
      event.stopPropagation();
      document.getElementById("leave-note").textContent =
        "You have marked days that are not saved. Save or discard them first.";
      if (kind === "change") event.target.form.reset();
    },
    true,
  );
}

window.addEventListener("beforeunload", (event) => {
  if (months() && changes.size) event.preventDefault();
});

/** @type {HTMLElement | null} */
let shown = null;

function open() {
  if (!months() || months() === shown) return;
  shown = months();
  last = null;
  const kept = document.getElementById("changes").value;
  changes = new Map(
    Object.entries(kept ? JSON.parse(kept) : {}).map(([day, parts]) => [
      day,
      parts.map((pair) => pair.join(":")).join(" "),
    ]),
  );
  for (const day of changes.keys()) if (cellOf(day)) paint(cellOf(day));
  note();
  rove();
  const now = months().querySelector(".day.now");
  if (now) months().scrollTop = now.closest(".month").offsetTop - months().offsetTop;
}

document.addEventListener("htmx:after:swap", open);
open();
