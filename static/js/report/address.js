// The choice of a report is its address, and servers accept addresses of up to 16 KiB. So the values of a filter share one
// field, without the name of the field before each. What does not fit even so is said and not sent.
import { closest } from "../page/elements.js";
import { flagProblem } from "../page/flags.js";
import { t } from "../page/language.js";

/** Less than servers accept: the addresses of charts, rows, and worklogs say more than that of the report. */
const LONGEST = 15_000;

/** The first part of the names of filters, and what is between the values of one. */
const FILTER = "only-";
const BETWEEN = ",";

/** Put the values of each filter into one field.
 * @param {FormData} fields
 * @returns {FormData} the same */
function join(fields) {
  for (const name of new Set(fields.keys()))
    if (name.startsWith(FILTER)) fields.set(name, fields.getAll(name).join(BETWEEN));
  return fields;
}

/** Return the query of the chosen report, as its form describes it.
 * @param {HTMLFormElement} form
 * @returns {URLSearchParams} */
export const queryOf = (form) =>
  new URLSearchParams([...join(new FormData(form))].map(([name, value]) => [name, String(value)]));

/** @param {Event} event */
function refuseTooLong(event) {
  const form = closest(event.target, "#report-choice", HTMLFormElement);
  if (!form || String(queryOf(form)).length <= LONGEST) return;
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

document.addEventListener("htmx:config:request", (event) => {
  const { method, body } = event.detail.ctx.request ?? {};
  if (method === "GET" && body instanceof FormData) join(body);
});
