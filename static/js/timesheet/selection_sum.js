// The sum of the selected cells of the grid, in the line below it: of the time that is in Jira, as it is printed.
import { all, byId, showText } from "../page/elements.js";
import { t } from "../page/language.js";
import { say } from "../page/live.js";
import { cellText, table } from "./cells.js";

/** Screen readers announce the sum of a selection that stays as it is for so long, in milliseconds. */
const PAUSE = 700;

let timer = 0;

/** Return the sum of printed times, in their format.
 * @param {string[]} texts such as “1:30” or “1.50”; empty for none
 * @param {string} zero how no time is printed
 * @returns {string} empty if one of them is no printed time */
function sumOf(texts, zero) {
  const separator = zero.charAt(1);
  const whole = separator === ":" ? 60 : 100;
  const units = texts.filter(Boolean).map((text) => {
    const [hours, rest] = text.split(separator);
    return Number(hours) * whole + Number(rest);
  });
  const sum = units.reduce((one, other) => one + other, 0);
  if (!Number.isInteger(sum)) return "";
  return `${Math.floor(sum / whole)}${separator}${String(sum % whole).padStart(2, "0")}`;
}

/** @returns {string} a sentence; empty unless several cells are selected, and while one of them is being saved */
function sentence() {
  const cells = all(table(), "td[aria-selected]", HTMLTableCellElement);
  const known = cells.length > 1 && !cells.some((td) => td.classList.contains("saving"));
  const sum = known ? sumOf(cells.map(cellText), table()?.dataset.zero ?? "") : "";
  return sum && t("Selected: {sum} in {count} cells", { sum, count: cells.length });
}

/** Show the sum.
 * @returns {string} what is shown */
function show() {
  const text = sentence();
  showText(byId("selection-sum", HTMLElement), text);
  return text;
}

document.addEventListener("grid:focus", () => {
  window.clearTimeout(timer);
  const text = show();
  if (text) timer = window.setTimeout(() => text === show() && say(text), PAUSE);
});

document.addEventListener("htmx:after:swap", show);
document.addEventListener("sentences:read", show);
document.addEventListener("grid:refused", show);
document.addEventListener("grid:day", show);
