// The choice of a report is its address, and servers accept addresses of up to 16 KiB. What does not fit is said and not sent.
import { closest } from "../page/elements.js";
import { flagProblem } from "../page/flags.js";
import { t } from "../page/language.js";

/** Less than servers accept: the addresses of charts, rows, and worklogs say more than that of the report. */
const LONGEST = 15_000;

/** @param {HTMLFormElement} form
 * @returns {number} */
const length = (form) =>
  String(new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]))).length;

/** @param {Event} event */
function refuseTooLong(event) {
  const form = closest(event.target, "#report-choice", HTMLFormElement);
  if (!form || length(form) <= LONGEST) return;
  event.preventDefault();
  event.stopPropagation();
  flagProblem(
    t(
      "The address of a report cannot hold so many filters, so the report stays as it is. Remove some of them.",
    ),
  );
}

// Before htmx sends the form.
for (const type of ["change", "submit"]) document.addEventListener(type, refuseTooLong, { capture: true });
