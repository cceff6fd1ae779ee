// Copy and paste cells as tab-separated text, so that blocks can be moved between weeks and spreadsheets.
import { all, closest } from "../page/elements.js";
import { t, tn } from "../page/language.js";
import {
  cellAt,
  closedOf,
  dayAt,
  grid,
  issueRows,
  newKey,
  placeOf,
  rowOf,
  several,
  table,
  textOf,
} from "./cells.js";
import { block } from "./focus.js";
import { isKeyList, offerRows } from "./key_paste.js";
import { explainClosed } from "./refused.js";
import { saveAll } from "./saving.js";

/** @type {{issue: string, day: string, id: string} | null} */
let cut = null;

/** The type under which the clipboard names the worklogs that were copied, in the order of the text. */
const SOURCES = "application/vnd.timesheet-worklogs+json";

/** @returns {HTMLTableCellElement | null} the focused cell, or null if somebody is typing in it */
const here = () => {
  const td = document.activeElement;
  return td instanceof HTMLTableCellElement && closest(td, "#grid", HTMLTableElement) ? td : null;
};

/** @param {ClipboardEvent} event */
function copy(event) {
  if (!here()) return;
  const cells = block();
  event.clipboardData?.setData("text/plain", cells.map((row) => row.map(textOf).join("\t")).join("\n"));
  event.clipboardData?.setData(SOURCES, JSON.stringify(cells.map((row) => row.map(sourceOf))));
  event.preventDefault();
  giveUpCut();
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
  copy(event);
  if (!td || td.dataset.w === undefined) return;
  if (closedOf(td)) {
    explainClosed(td, t("Copied, but not removed here."));
    return;
  }
  td.classList.add("cut");
  const { issue, day } = placeOf(td);
  cut = { issue, day, id: td.dataset.w };
});

document.addEventListener("paste", (event) => {
  const td = here();
  if (!td) return;
  event.preventDefault();
  if (cut && closedOf(td)) explainClosed(td);
  else if (cut) move(td, cut);
  else {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (isKeyList(text)) offerRows(text, td);
    else fill(td, text, sources(event.clipboardData));
  }
});

/** Paste a block of text into the cells that start here. Closed cells do not change; a message says so.
 * @param {HTMLTableCellElement} td
 * @param {string} text
 * @param {unknown[][]} copied */
function fill(td, text, copied) {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  const rows = issueRows();
  const top = rows.indexOf(rowOf(td));
  /** @type {HTMLTableCellElement[]} */
  const closed = [];
  /** @type {[HTMLTableCellElement, string, string][]} */
  const filled = [];
  lines.forEach((line, down) => {
    line.split("\t").forEach((part, right) => {
      const row = rows[top + down];
      const cell = row && cellAt({ issue: row.id.slice(1), day: dayAt(placeOf(td).col + right) });
      const value = part.trim();
      if (!cell || !value || value === textOf(cell)) return;
      if (closedOf(cell)) closed.push(cell);
      else filled.push([cell, value, String(copied[down]?.[right] ?? "")]);
    });
  });
  saveAll(filled);
  if (closed.length === 1) explainClosed(closed[0]);
  else if (closed.length) {
    const text = tn("{count} cell stayed as it was.", "{count} cells stayed as they were.", closed.length);
    explainClosed(closed[0], text);
  }
}

/** Move the worklog that was cut to this cell.
 * @param {HTMLTableCellElement} td
 * @param {{issue: string, id: string}} worklog */
function move(td, worklog) {
  const place = placeOf(td);
  const { first, last, group, move: url = "" } = grid().dataset;
  window.htmx.ajax("POST", url, {
    source: td,
    target: "#flags",
    swap: "beforeend",
    values: {
      source: worklog.issue,
      seen: worklog.id,
      issue: place.issue,
      day: place.day,
      key: newKey(),
      first,
      last,
      group,
    },
  });
  cut = null;
}
