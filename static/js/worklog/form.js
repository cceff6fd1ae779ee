// The worklog form: choosing an issue from the list, closing, and keeping the input if there is no response.
import { fitsContent } from "../host/host.js";
import { isOutdated } from "../page/dialog.js";
import { byId, closest, first } from "../page/elements.js";
import { noResponse } from "../page/flags.js";
import { whenHere } from "../page/here.js";
import { isActed } from "../page/retry.js";
import { isRestored } from "../page/typing.js";
import { mayClose } from "../page/unsaved.js";
import { offerUndo } from "../timesheet/undo.js";

/** @param {EventTarget | null} from
 * @returns {HTMLFormElement | null} */
const formOf = (from) => closest(from, ".worklog-form", HTMLFormElement);

/** @param {HTMLFormElement} form
 * @param {string} name
 * @returns {HTMLInputElement} */
function fieldOf(form, name) {
  const field = form.elements.namedItem(name);
  if (!(field instanceof HTMLInputElement)) throw new Error(`the worklog form has no field ${name}`);
  return field;
}

/** @param {HTMLElement} option */
function takeIssue(option) {
  const form = formOf(option);
  if (!form) return;
  const [issue, remaining, text] = ["issue", "remaining", "text"].map((name) => fieldOf(form, name));
  issue.value = option.dataset.issue ?? "";
  remaining.value = option.dataset.remaining ?? "";
  text.value = option.dataset.label ?? "";
  closest(option, ".options", HTMLElement)?.replaceChildren();
  text.setAttribute("aria-expanded", "false");
  text.removeAttribute("aria-activedescendant");
  fieldOf(form, "duration").focus();
  issue.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {HTMLElement} button */
function takeComment(button) {
  const field = byId("worklog-comment", HTMLTextAreaElement);
  if (!field) return;
  field.value = button.dataset.comment ?? "";
  // Now the form has something to lose, as if it had been typed.
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

/** @param {EventTarget | null} from */
function close(from) {
  const panel = closest(from, "#panel-form", HTMLElement);
  if (panel) {
    panel.replaceChildren();
    document.getElementById("panel-log")?.focus();
  } else closest(from, "dialog", HTMLDialogElement)?.close();
}

document.addEventListener("click", (event) => {
  const option = closest(event.target, "#dialog-issues [role='option']", HTMLElement);
  if (option) takeIssue(option);
  const last = closest(event.target, "[data-comment]", HTMLElement);
  if (last) takeComment(last);
  const button = closest(event.target, "[data-close-form]", HTMLElement);
  if (button) close(button);
});

// After the text is changed, no issue is chosen until one is taken from the list.
document.addEventListener("input", (event) => {
  const form = closest(event.target, "#worklog-issue", HTMLElement) && formOf(event.target);
  if (form) for (const name of ["issue", "remaining"]) fieldOf(form, name).value = "";
});

document.addEventListener("keydown", (event) => {
  const panel = closest(event.target, "#panel-form", HTMLElement);
  if (!panel) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    closest(event.target, "form", HTMLFormElement)?.requestSubmit();
  } else if (event.key === "Escape") {
    const stop = first(panel, "[data-stop]:not([data-failed])", HTMLButtonElement);
    if (stop) stop.click();
    else if (mayClose(panel)) close(event.target);
  }
});

// A field in the list of a cell is saved when it is left, also by closing the list. What was saved is said in the corner then,
// because the list would open again, or replace another dialog.
function takeList(/** @type {HtmxSwapEvent} */ event) {
  const { ctx, tasks } = event.detail;
  const box = byId("dialog", HTMLDialogElement);
  const fine = ctx.response !== undefined && ctx.response.status < 400;
  if (!fine || (box?.open && !isOutdated(ctx)) || !ctx.sourceElement?.matches("form[data-row-form]")) return;
  const at = tasks.findIndex((task) => task.target === box && task.fragment?.querySelector("#cell-list"));
  const list = tasks[at]?.fragment;
  if (!list) return;
  tasks.splice(at, 1);
  const values = first(list, "#undo-in-list", HTMLElement)?.getAttribute("hx-vals");
  const text = first(list, ".notice", HTMLElement)?.querySelector("span")?.textContent ?? "";
  if (values) offerUndo(text, JSON.parse(values).undo.split(","));
}

// Before the dialog takes what belongs to an earlier one out of the answer.
document.addEventListener("htmx:before:swap", takeList, true);

/** The message that no answer came, and what asked for it: the next answer to the same question takes it away.
 * @type {{ warning: HTMLElement, source: Element | undefined } | null} */
let unanswered = null;

/** @param {HtmxContext} [ctx] */
const slotOf = (ctx) =>
  closest(ctx?.sourceElement, "#dialog, #panel-form, #settings", HTMLElement)?.querySelector(".form-problem");

// A message in the corner would be behind the dialog.
document.addEventListener("htmx:error", (event) => {
  const { ctx } = event.detail;
  const slot = slotOf(ctx);
  const reads = ctx?.request?.method === "GET";
  if (!slot || ctx.response || (reads && !isActed(ctx))) return;
  event.preventDefault();
  const warning = document.createElement("div");
  unanswered = { warning, source: ctx.sourceElement };
  warning.setAttribute("role", "alert");
  warning.append(noResponse(ctx));
  slot.replaceChildren(warning);
  slot.scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (!response || sourceElement !== unanswered?.source) return;
  unanswered?.warning.remove();
  unanswered = null;
});

/** True if a response has new content for the panel's form, also as one of several parts, as the timer's has. */
let forPanel = false;

document.addEventListener("htmx:before:swap", (event) => {
  const panel = document.getElementById("panel-form");
  forPanel = event.detail.tasks.some(({ target }) => target === panel);
});

// Jira makes the frame of a panel as tall as its form later, which may move the refused field out of sight.
window.addEventListener("resize", () => {
  if (fitsContent())
    closest(document.activeElement, "[aria-invalid='true']", HTMLElement)?.scrollIntoView({
      block: "nearest",
    });
});

// The focused element may be missing in the response: keep the focus inside the dialog, or inside the panel's form. A refusal in
// the panel's form moves it to the refused field, as in the dialog.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const panel = document.getElementById("panel-form");
  const box = document.querySelector("#dialog[open]") ?? (panel?.firstElementChild ? panel : null);
  const at = document.activeElement;
  if (box === panel && !forPanel) return;
  const saves = ctx.target === panel && ctx.request?.method === "POST" && !isRestored();
  const refused = () => first(box, "[aria-invalid='true']", HTMLElement);
  if (!box || (at !== box && box.contains(at) && !(saves && refused()))) return;
  // A button that is disabled until its request has ended gets the focus back then.
  if (box.querySelector(".htmx-request [type='submit']:disabled")) return;
  whenHere(() => (refused() ?? first(box, "[data-focus], .dialog-foot .primary", HTMLElement))?.focus());
});
