// A calendar file that is dropped anywhere on the list, the calendar, or the dialog for it is read as if it had been
// chosen in the dialog: the dialog opens, and says what is wrong with a file that cannot be read.
import { byId, closest, first } from "../page/elements.js";

const PLACE = ":is(#list-frame, #calendar, #calendar-file)";

/** The part that the file is over.
 * @type {HTMLElement | null} */
let over = null;

/** The file that waits for the dialog.
 * @type {File | null} */
let waiting = null;

/** @param {HTMLElement | null} place */
function mark(place) {
  if (over === place) return;
  if (over) delete over.dataset.dropping;
  over = place;
  if (over) over.dataset.dropping = "";
}

/** Return the part on which a dragged file would be read.
 * @param {DragEvent} event */
const placeOf = (event) =>
  [...(event.dataTransfer?.items ?? [])].some(({ kind }) => kind === "file")
    ? closest(event.target, PLACE, HTMLElement)
    : null;

/** Put a file into the open dialog and send it.
 * @param {HTMLFormElement} form
 * @param {File} file */
function send(form, file) {
  const field = first(form, "input[type=file]", HTMLInputElement);
  const text = first(form, "textarea", HTMLTextAreaElement);
  if (!field || !text) return;
  const files = new DataTransfer();
  files.items.add(file);
  field.files = files.files;
  text.value = "";
  form.requestSubmit();
}

/** Say in the dialog that the chosen file is too large, before anything is sent. False: it is not.
 * @param {HTMLFormElement} form */
function refusesLarge(form) {
  const field = first(form, "input[type=file]", HTMLInputElement);
  const place = byId("calendar-file-problem", HTMLElement);
  const large = (field?.files?.[0]?.size ?? 0) > Number(field?.dataset.most);
  if (!field || !place || !(large || "large" in place.dataset)) return false;
  const paragraph = document.createElement("p");
  paragraph.setAttribute("role", "alert");
  paragraph.textContent = field.dataset.tooLarge ?? "";
  place.replaceChildren(...(large ? [paragraph] : []));
  if (large) place.dataset.large = "";
  else delete place.dataset.large;
  return large;
}

document.addEventListener("change", (event) => {
  const form = closest(event.target, "#calendar-file", HTMLFormElement);
  if (form) refusesLarge(form);
});

document.addEventListener(
  "submit",
  (event) => {
    const form = closest(event.target, "#calendar-file", HTMLFormElement);
    if (!form || !refusesLarge(form)) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("dragover", (event) => {
  const place = placeOf(event);
  mark(place);
  // Otherwise the browser would open the file in place of the page.
  if (place) event.preventDefault();
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) mark(null);
});

document.addEventListener("drop", (event) => {
  const place = placeOf(event);
  mark(null);
  if (!place) return;
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  const form = byId("calendar-file", HTMLFormElement);
  if (!file) return;
  if (form) return send(form, file);
  const button = byId("choose-calendar-file", HTMLButtonElement);
  waiting = button && file;
  button?.click();
});

document.addEventListener("htmx:after:swap", () => {
  const form = byId("calendar-file", HTMLFormElement);
  if (!waiting || !form) return;
  const file = waiting;
  waiting = null;
  send(form, file);
});
