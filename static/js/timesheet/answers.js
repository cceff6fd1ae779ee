// Responses to cell saves. They may arrive out of order, and the screen may show other days by then.
import { first } from "../page/elements.js";
import { adopt, cellAt, table, textOf } from "./cells.js";
import { TOO_MANY, tokensIn } from "./undo.js";

/** @typedef {import("./flights.js").Flight} Flight */

/** The limit counts by the minute. */
const LONGEST_WAIT = 60;

let revision = 0;

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.flight || !ctx.response) return;
  const { status, headers } = ctx.response;
  ctx.flight.status = status;
  ctx.flight.wait = status === TOO_MANY ? Number(headers.get("Retry-After")) || LONGEST_WAIT : 0;
  // Keep the reason for the cell, which may have moved by then.
  if (status >= 400) ctx.swap = "innerHTML";
});

/** @param {HtmxTask} task */
const revisionOf = (task) => first(task.fragment, "[data-rev]", HTMLElement)?.dataset.rev;

/** @param {HtmxTask} task */
const cellIn = (task) => first(task.fragment, "td:not([data-rev])", HTMLTableCellElement);

/** Return true if other days or another grouping are shown than when the save was sent.
 * @param {Flight} flight */
const outOfSight = ({ span }) =>
  table()?.dataset.first !== span.first || table()?.dataset.group !== span.group;

// An older response never overwrites newer totals, and swapping a cell keeps the field that somebody types in.
document.addEventListener("htmx:before:swap", (event) => {
  const { tasks, ctx } = event.detail;
  const newer = tasks.map(revisionOf).find(Boolean);
  if (!ctx.flight || !newer) return;
  ctx.flight.tokens = tokensIn(tasks);
  const saved = tasks.map(cellIn).find(Boolean);
  ctx.flight.after = saved?.dataset.w ?? "";
  ctx.flight.now = saved ? textOf(saved) : "";
  const late = Number(newer) < revision;
  revision = Math.max(revision, Number(newer));
  const elsewhere = outOfSight(ctx.flight);
  // The list, the calendar, or another range may show the day too.
  if (elsewhere) window.htmx.trigger(document.body, "changed-elsewhere");
  const td = cellAt(ctx.flight.place);
  for (let i = tasks.length - 1; i >= 0; i -= 1) {
    const cell = cellIn(tasks[i]);
    const typing = cell !== null && td !== null && td.querySelector(".cell-input") !== null;
    // On other days, the cell is in another column than the one that the answer names.
    if (cell && td && (typing || elsewhere)) adopt(td, cell);
    if (typing || (late && revisionOf(tasks[i])) || (elsewhere && (cell || revisionOf(tasks[i]))))
      tasks.splice(i, 1);
  }
});

/** Read the sheet again if the total of the last response contains time that the columns do not show: time that was logged
 * elsewhere on another day than the saved one. */
export function followDays() {
  const { days } = document.getElementById("lt")?.dataset ?? {};
  const shown = (/** @type {number} */ column) => document.getElementById(`l${column}`)?.textContent?.trim();
  if (days?.split("|").some((text, column) => text !== shown(column)))
    window.htmx.trigger(document.body, "changed-elsewhere");
}
