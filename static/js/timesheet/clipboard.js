// Copy and paste cells as tab-separated text, so that blocks can be moved between weeks and spreadsheets.
import { all, closest } from "../page/elements.js";
import { flagProblem } from "../page/flags.js";
import { listed, t, tn } from "../page/language.js";
import { newKey } from "../page/new_key.js";
import {
  cellAt,
  closedOf,
  dayAt,
  grid,
  isDayOff,
  issueRows,
  key,
  placeOf,
  rowOf,
  several,
  table,
  textOf,
} from "./cells.js";
import { block, neighbor } from "./focus.js";
import { isKeyList, labeledIn, offerRows } from "./key_paste.js";
import { explainClosed } from "./refused.js";
import { saveAll } from "./saving.js";

/** @typedef {import("./key_paste.js").Labeled} Labeled */

/** A worklog that was cut, and the text that went to the clipboard with it. ``to``: the cell that it was pasted into, with the
 * idempotency key for that. It stays cut until it is ``moved``, because pasted as text its time would exist twice.
 * @typedef {{issue: string, day: string, id: string, text: string, to?: string, key?: string, moving?: boolean,
 *   moved?: boolean}} Cut */

/** @type {Cut | null} */
let cut = null;

/** The type under which the clipboard names the worklogs that were copied, in the order of the text. */
const SOURCES = "application/vnd.timesheet-worklogs+json";

/** @returns {HTMLTableCellElement | null} the focused cell, or null if somebody is typing in it */
const here = () => {
  const td = document.activeElement;
  return td instanceof HTMLTableCellElement && closest(td, "#grid", HTMLTableElement) ? td : null;
};

/** @param {ClipboardEvent} event
 * @returns {string} the copied text */
function copy(event) {
  if (!here()) return "";
  const cells = block();
  const text = cells.map((row) => row.map(textOf).join("\t")).join("\n");
  event.clipboardData?.setData("text/plain", text);
  event.clipboardData?.setData(SOURCES, JSON.stringify(cells.map((row) => row.map(sourceOf))));
  event.preventDefault();
  giveUpCut();
  return text;
}

/** Return the id of the only worklog in a cell if it has attributes, which are pasted with its time.
 * @param {HTMLTableCellElement} td */
const sourceOf = (td) =>
  several(td) || !td.classList.contains("a") ? "" : (td.dataset.w ?? "").split(".")[0];

/** Return the worklogs that were copied, line by line. Other content of the clipboard names none.
 * @param {DataTransfer | null} clipboard
 * @returns {unknown[][]} */
function sources(clipboard) {
  try {
    const found = JSON.parse(clipboard?.getData(SOURCES) || "[]");
    return Array.isArray(found) ? found.map((row) => (Array.isArray(row) ? row : [])) : [];
  } catch {
    return [];
  }
}

function giveUpCut() {
  for (const td of all(table(), "td.cut", HTMLElement)) td.classList.remove("cut");
  cut = null;
}

document.addEventListener("copy", copy);

// Without a selected text, the browser's menu offers these only if the page says that it handles them.
for (const kind of ["beforecopy", "beforecut", "beforepaste"]) {
  document.addEventListener(kind, (event) => {
    if (here()) event.preventDefault();
  });
}
document.addEventListener("grid:escape", giveUpCut);

document.addEventListener("cut", (event) => {
  const td = here();
  const text = copy(event);
  if (!td || td.dataset.w === undefined) return;
  if (closedOf(td)) {
    explainClosed(td, t("Copied, but not removed here."));
    return;
  }
  if (block().flat().length > 1) {
    flagProblem(t("The selected cells are copied. Only a single cell can be cut."));
    return;
  }
  td.classList.add("cut");
  const { issue, day } = placeOf(td);
  cut = { issue, day, id: td.dataset.w, text };
});

document.addEventListener("paste", (event) => {
  const td = here();
  if (!td) return;
  event.preventDefault();
  const text = (event.clipboardData?.getData("text/plain") ?? "").replaceAll("\r\n", "\n");
  // Something else was copied meanwhile.
  if (cut && cut.text !== text) giveUpCut();
  if (cut && closedOf(td)) explainClosed(td);
  else if (cut) move(td, cut);
  else if (isKeyList(text)) offerRows(text, td);
  else {
    const lines = cellsOf(text);
    const labeled = labeledIn(lines);
    const copied = sources(event.clipboardData);
    if (labeled)
      fill(pastedByIssue({ ...labeled, values: withoutSums(labeled.values, placeOf(td).col) }, td));
    // What was copied from a grid has days only.
    else fill(pasted(copied.length ? lines : withoutSums(lines, placeOf(block()[0][0]).col), copied));
  }
});

const CELL = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/gy;

/** Return the cells of a copied text, line by line. Spreadsheets put a cell with a quote or a line break in quotes.
 * @param {string} text
 * @returns {string[][]} */
export function cellsOf(text) {
  /** @type {string[][]} */
  const lines = [[]];
  for (const [, quoted, plain, end] of text.replace(/\n$/, "").matchAll(CELL)) {
    lines.at(-1)?.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (!end) break;
    if (end === "\n") lines.push([]);
  }
  return lines;
}

/** A value that is pasted, and the worklog that it was copied from. Beyond the last row or day there is no cell for it.
 * @typedef {{td: HTMLTableCellElement | null, value: string, like: string}} Pasted */

/** Return the values of a text with their cells: from the first selected one on, and repeated if the selection is as large
 * as the text several times, as in a spreadsheet.
 * @param {string[][]} lines
 * @param {unknown[][]} copied the worklogs that were copied
 * @returns {Pasted[]} */
function pasted(lines, copied) {
  const selected = block();
  const [[start]] = selected;
  const rows = issueRows();
  const [top, { col }] = [rows.indexOf(rowOf(start)), placeOf(start)];
  const [height, width] = [lines.length, Math.max(...lines.map((line) => line.length))];
  const whole = selected.length % height === 0 && selected[0].length % width === 0;
  const [down, right] = whole ? [selected.length, selected[0].length] : [height, width];
  return [...Array(down).keys()].flatMap((n) =>
    [...Array(right).keys()].map((m) => {
      const row = rows[top + n];
      const td = row ? cellAt({ issue: row.id.slice(1), day: dayAt(col + m) }) : null;
      const [line, at] = [n % height, m % width];
      return { td, value: lines[line][at] ?? "", like: String(copied[line]?.[at] ?? "") };
    }),
  );
}

/** Return the values of a block whose lines name their issues, from the day of a cell on; none, with a message, if an
 * issue has no row or is named twice, or a line names none.
 * @param {Labeled} labeled
 * @param {HTMLTableCellElement} td
 * @returns {Pasted[]} */
function pastedByIssue({ keys, values }, td) {
  const rows = new Map(issueRows().map((row) => [row.querySelector("th a")?.textContent ?? "", row]));
  const twice = keys.find((key, n) => key && keys.indexOf(key) < n);
  if (keys.includes(""))
    flagProblem(
      t(
        "Not every line begins with a time or an issue. Copy only the times, or put a key like PAY-12 first.",
      ),
    );
  else if (twice) flagProblem(t("{issue} is on two lines. Add its times up first.", { issue: twice }));
  else if (keys.some((key) => !rows.has(key))) {
    const missing = keys.filter((key) => !rows.has(key));
    const text = t("Nothing was pasted: there is no row for {issues}. Add the rows, then paste again.", {
      issues: listed(missing),
    });
    offerRows(missing.join(" "), td, text);
  } else {
    const { col } = placeOf(td);
    return keys.flatMap((key, n) =>
      values[n].map((value, m) => {
        const issue = rows.get(key)?.id.slice(1) ?? "";
        return { td: cellAt({ issue, day: dayAt(col + m) }), value, like: "" };
      }),
    );
  }
  return [];
}

/** No time. Spreadsheets show it as a dash in some formats. */
const ZERO = /^(?:[-–—−]|0+(?:[.,:]0*)*)$/;
const CLOCK = /^(\d+):([0-5]\d)(?::[0-5]\d)?$/;
const DECIMAL = /^\d+(?:[.,]\d+)?$/;
/** By how many hours a figure with two decimals can be away from its exact value. */
const ROUNDED = 0.005;

/** Return the hours in a cell of a spreadsheet; not a number for text of another form.
 * @param {string} text */
function hoursIn(text) {
  if (!text || ZERO.test(text)) return 0;
  const clock = text.match(CLOCK);
  if (clock) return Number(clock[1]) + Number(clock[2]) / 60;
  return DECIMAL.test(text) ? Number(text.replace(",", ".")) : Number.NaN;
}

/** Return the lines of a block that begins in a column, without a last column that adds up the others. A spreadsheet has it
 * beside the days of a week, so it would be on a day without work; on a working day it may be time.
 * @param {string[][]} lines
 * @param {number} col
 * @returns {string[][]} */
function withoutSums(lines, col) {
  const last = Math.max(...lines.map((line) => line.length)) - 1;
  if (!isDayOff(col + last)) return lines;
  const hours = lines.map((line) => Array.from({ length: last + 1 }, (_, n) => hoursIn(line[n] ?? "")));
  const adds = hours.every((line) => {
    const sum = line.slice(0, last).reduce((all, one) => all + one, 0);
    return Math.abs(sum - line[last]) <= ROUNDED * line.length;
  });
  if (!adds || !hours.some((line) => line.slice(0, last).filter(Boolean).length > 1)) return lines;
  flagProblem(
    t("The last column was not pasted: it adds up the others. If it is time of its own, copy it alone."),
  );
  return lines.map((line) => line.slice(0, last));
}

/** Paste values into cells, and clear those for which there is no time. Closed cells do not change, and some values may have no
 * cell; a message says so.
 * @param {Pasted[]} given */
function fill(given) {
  const values = given.filter(({ value }) => value);
  /** @type {HTMLTableCellElement[]} */
  const closed = [];
  /** @type {[HTMLTableCellElement, string, string][]} */
  const filled = [];
  for (const { td, value, like } of values) {
    const text = ZERO.test(value) ? "" : value;
    if (!td || text === textOf(td)) continue;
    if (closedOf(td)) closed.push(td);
    else filled.push([td, text, like]);
  }
  saveAll(filled);
  const outside = values.filter(({ td }) => !td).length;
  if (outside)
    flagProblem(
      tn(
        "{count} value was not pasted: there is no row or day for it on the screen.",
        "{count} values were not pasted: there is no row or day for them on the screen.",
        outside,
      ),
    );
  if (closed.length === 1) explainClosed(closed[0]);
  else if (closed.length) {
    const text = tn("{count} cell stayed as it was.", "{count} cells stayed as they were.", closed.length);
    explainClosed(closed[0], text);
  }
}

/** Return the cells from which those of a selection are filled, one for each column: its first row; if it is one row, its
 * first cell; if it is one cell, the one above.
 * @param {HTMLTableCellElement[][]} rows */
function fillSources([first, ...others]) {
  if (others.length) return first;
  if (first.length > 1) return first.map(() => first[0]);
  return [neighbor(first[0], -1, 0)];
}

/** Fill the selected cells with the first of them, or a cell with the one above. */
export function fillSelection() {
  const rows = block();
  const from = fillSources(rows);
  fill(
    rows.flatMap((row) =>
      row.map((td, n) => {
        const source = from[n];
        return source && source !== td
          ? { td, value: textOf(source), like: sourceOf(source) }
          : { td, value: "", like: "" };
      }),
    ),
  );
}

/** Move the worklog that was cut to this cell. If that fails, the next try for this cell is the same request again.
 * @param {HTMLTableCellElement} td
 * @param {Cut} worklog */
async function move(td, worklog) {
  if (worklog.moving) return;
  worklog.moving = true;
  const place = placeOf(td);
  if (worklog.to !== key(place)) Object.assign(worklog, { to: key(place), key: newKey() });
  const { first, last, group, move: url = "" } = grid().dataset;
  await window.htmx.ajax("POST", url, {
    source: td,
    cut: worklog,
    target: "#flags",
    swap: "beforeend",
    values: {
      source: worklog.issue,
      seen: worklog.id,
      issue: place.issue,
      day: place.day,
      key: worklog.key ?? "",
      first,
      last,
      group,
    },
  });
  worklog.moving = false;
  if (worklog.moved && cut === worklog) giveUpCut();
}

document.addEventListener("htmx:after:request", (event) => {
  const { cut: worklog, response } = event.detail.ctx;
  if (worklog && response) worklog.moved = response.status < 400;
});
