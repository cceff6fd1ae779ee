// The dialog opens when something is swapped into it and closes when it is empty. The focus returns to where it was.

import { all, byId, closest, first, fromTemplate } from "./elements.js";
import { flagNote, flagRefusal } from "./flags.js";
import { keepAway, whenHere } from "./here.js";
import { t } from "./language.js";
import { say } from "./live.js";
import { isRestored, typingIn } from "./typing.js";
import { forgetTyped, mayClose } from "./unsaved.js";

const dialog = () => byId("dialog", HTMLDialogElement);

/** @type {(() => void) | null} */
let goBack = null;

/** Remember where the focus belongs after the dialog. The element may be replaced meanwhile, so keep a way to find it.
 * @param {() => Element | null | undefined} find */
export function returnFocusTo(find) {
  goBack = () => {
    const element = find();
    if (element instanceof HTMLElement) element.focus();
  };
}

/** The number of times that the dialog has opened. */
let openings = 0;

/** The number of times that the dialog had opened when something was requested.
 * @type {WeakMap<HtmxContext, number>} */
const asked = new WeakMap();

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const box = dialog();
  // What loads by itself is requested before its dialog is open.
  const opening = !box?.open && box?.contains(ctx.sourceElement ?? null);
  asked.set(ctx, opening ? openings + 1 : openings);
});

/** Return true if another dialog has opened since this was requested, and is still open.
 * @param {HtmxContext} ctx */
export const isOutdated = (ctx) => dialog()?.open === true && (asked.get(ctx) ?? openings) < openings;

/** @param {HtmxContext} ctx
 * @returns {boolean} whether what a dialog sent is refused */
const isRefused = ({ request, response }) => request?.method !== "GET" && (response?.status ?? 0) >= 400;

/** Say in the corner that what was sent from an earlier dialog is refused.
 * @param {DocumentFragment | undefined} refused */
function sayRefused(refused) {
  const heading = first(refused, "#dialog-title", HTMLElement);
  const title = (first(heading, ".person-name", HTMLElement) ?? heading)?.textContent.trim();
  const problem = first(refused, "[role='alert'], .error, .problem p", HTMLElement)?.textContent.trim();
  if (!problem) return;
  const sentence = title ? t("“{title}” is not saved. {problem}", { title, problem }) : problem;
  flagRefusal(sentence);
  say(sentence);
}

/** The progress and results of work, and refused forms, that arrived while they could not be shown.
 * @type {DocumentFragment[]} */
const postponed = [];

/** Return true if work goes on once its progress can be shown. */
export const isPostponed = () => postponed.some((one) => first(one, "[data-rest]", HTMLElement));

/** Return true for the progress of work that goes on by itself, or the result of work that was done in part.
 * @param {DocumentFragment | undefined} fragment */
const isOfWork = (fragment) => first(fragment, "[data-rest], #partly", HTMLElement) !== null;

/** Keep an answer until it can be shown. The sheet shows meanwhile what was done.
 * @param {DocumentFragment | undefined} fragment */
function postpone(fragment) {
  if (fragment) postponed.push(fragment);
  if (!first(fragment, "[data-rest]", HTMLElement)) return;
  const sentence = t("The rest follows once you close this dialog or leave this field.");
  flagNote(sentence);
  say(sentence);
  window.htmx.trigger(document.body, "sheet-changed");
}

/** Show what waits, unless another dialog is open or somebody is typing. */
function showPostponed() {
  const box = dialog();
  if (!postponed.length || !box || box.open || typingIn()) return;
  box.replaceChildren(...postponed.splice(0, 1));
  show(box);
  window.htmx.process(box);
}

// The next field has the focus only afterward.
document.addEventListener("focusout", () => {
  if (postponed.length) window.setTimeout(showPostponed);
});

// A dialog that arrives late must not open while somebody is typing elsewhere by then, nor replace or close another one.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const box = dialog();
  // The place of the refusal was in a dialog that is closed.
  const nowhere = tasks.find(({ target }) => !target);
  if (nowhere && isRefused(ctx)) {
    tasks.splice(tasks.indexOf(nowhere), 1);
    sayRefused(nowhere.fragment);
  }
  if (isOutdated(ctx)) {
    for (const task of tasks.filter(({ target }) => box?.contains(target))) {
      tasks.splice(tasks.indexOf(task), 1);
      if (isOfWork(task.fragment)) postpone(task.fragment);
      else if (isRefused(ctx)) sayRefused(task.fragment);
    }
    return;
  }
  const within = tasks.filter((task) => task.target === box);
  const opens = box && !box.open && within.some(({ fragment }) => fragment?.childElementCount);
  const field = opens && typingIn();
  if (!field || field === ctx.sourceElement || field.contains(ctx.sourceElement ?? null)) return;
  // Its other parts show what was done, such as a paused timer.
  for (const task of within) {
    tasks.splice(tasks.indexOf(task), 1);
    const ofWork = isOfWork(task.fragment);
    if (ofWork || isRefused(ctx)) postpone(task.fragment);
    else say(t("A dialog was about to open, but stays closed because you are typing. Open it again."));
    if (!ofWork && isRefused(ctx)) sayRefused(task.fragment);
  }
});

/** Give an error in place of the content of a dialog what every dialog has: a title, and a button that closes it.
 * @param {HTMLDialogElement} box */
function frameProblem(box) {
  const problem = first(box, ":scope > .problem", HTMLElement);
  const sentence = first(problem ?? box, "p", HTMLElement);
  if (!problem || !sentence) return;
  sentence.id = "dialog-title";
  problem.after(fromTemplate("close-problem"));
}

/** Close the dialog after an answer. The browser would place the focus where it was before.
 * @param {HTMLDialogElement} box */
const close = (box) => keepAway(document.body, () => box.close());

/** Open the dialog with its content.
 * @param {HTMLDialogElement} box */
function show(box) {
  if (!goBack) {
    const from = document.activeElement;
    // The element that opened it may have been replaced by another one with the same id.
    returnFocusTo(() => (from?.isConnected ? from : document.getElementById(from?.id ?? "")));
  }
  openings += 1;
  // The focus may ask for something already, such as issues to offer.
  keepAway(box, () => box.showModal());
  const begin = first(box, "[aria-invalid='true']", HTMLElement) ?? first(box, "[data-focus]", HTMLElement);
  whenHere(() => {
    // The browser has scrolled to what it gave the focus first.
    if (begin) box.scrollTop = 0;
    begin?.focus();
    // As after Tab: what is typed replaces the text.
    if (begin instanceof HTMLInputElement && begin.type === "text") begin.select();
  });
}

document.addEventListener("htmx:after:swap", (event) => {
  const box = dialog();
  if (!box) return;
  const filled = box.childElementCount > 0;
  if (event.detail.ctx.target === box) frameProblem(box);
  if (filled && !box.open) {
    show(box);
  } else if (!filled && box.open) {
    close(box);
  } else if (
    filled &&
    event.detail.ctx.target === box &&
    event.detail.ctx.request?.method === "POST" &&
    !isRestored()
  ) {
    whenHere(() => first(box, "[aria-invalid='true']", HTMLElement)?.focus());
  }
});

// An error about what a row of a table opens does not fit into the table, so the dialog shows it. The row stays folded.
for (const kind of /** @type {const} */ (["htmx:after:request", "htmx:error"])) {
  document.addEventListener(kind, (event) => {
    const { ctx } = event.detail;
    const row = closest(ctx?.target, "#events tr, #report-table tr", HTMLTableRowElement);
    if (!row || (ctx.response?.status ?? 400) < 400) return;
    first(row, "[aria-expanded]", HTMLElement)?.setAttribute("aria-expanded", "false");
    if (!ctx.response) return;
    ctx.target = dialog();
    ctx.swap = "innerHTML";
  });
}

document.addEventListener(
  "close",
  (event) => {
    const box = dialog();
    // The event comes after the closing: the next dialog may be open by then.
    if (!box || event.target !== box || box.open) return;
    box.replaceChildren();
    if (goBack) whenHere(goBack);
    goBack = null;
    showPostponed();
  },
  true,
);

/** Return whether the dialog stays open. Work whose progress it shows is stopped first, because its answer says what was done,
 * unless that failed; if something was typed, the person is asked whether to discard it. */
function staysOpen() {
  const box = dialog();
  const stop = first(box, "[data-stop]:not([data-failed])", HTMLButtonElement);
  stop?.click();
  return stop !== null || (box !== null && !mayClose(box));
}

/** The element that was pressed last. Selecting a text up to the space around the dialog ends there too, and does not close it.
 * @type {EventTarget | null} */
let pressed = null;

document.addEventListener(
  "pointerdown",
  ({ target }) => {
    pressed = target;
  },
  true,
);

// Cancel discards what was typed. A person who closes the dialog may think that it is saved, so they are asked.
document.addEventListener("click", (event) => {
  const box = dialog();
  const button = closest(event.target, "[data-close-dialog]", HTMLElement);
  const outside = event.target === box && pressed === box;
  if (button?.dataset.closeDialog === "ask" || outside ? !staysOpen() : button) box?.close();
});

document.addEventListener(
  "cancel",
  (event) => {
    if (event.target === dialog() && staysOpen()) event.preventDefault();
  },
  true,
);

/** Take back what was begun within the dialog: a text in a field that is saved when it is left, as closing the dialog would,
 * or the question whether to delete all.
 * @param {EventTarget | null} target
 * @returns {boolean} whether there was anything */
function takesBack(target) {
  const field = closest(target, "form[data-row-form] input", HTMLInputElement);
  if (field && field.value !== field.defaultValue) {
    field.value = field.defaultValue;
    field.select();
    forgetTyped();
    return true;
  }
  const question = first(dialog(), "details.delete-all[open]", HTMLDetailsElement);
  if (!question) return false;
  question.open = false;
  first(question, "summary", HTMLElement)?.focus();
  return true;
}

// A browser that was prevented once from closing a dialog closes it at the next Escape without an event.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !dialog()?.open || closest(event.target, "[aria-expanded='true']", Element))
      return;
    if (takesBack(event.target) || staysOpen()) event.preventDefault();
  },
  true,
);

// If the page is left, the rest of the work would never be done, and nothing would say what was.
window.addEventListener("beforeunload", (event) => {
  if (isPostponed() || document.querySelector("[data-stop]:not([data-failed])")) event.preventDefault();
});

/** @param {HTMLDialogElement} box
 * @returns {HTMLElement[]} what Tab reaches, in order */
const stopsOf = (box) =>
  all(box, "button, a[href], input, select, textarea, summary, [tabindex]", HTMLElement).filter(
    (stop) =>
      stop.tabIndex >= 0 &&
      !stop.matches(":disabled, [type='radio']:not(:checked)") &&
      stop.checkVisibility(),
  );

// Tab stays in a dialog. Without this it leads to Jira's page, where Escape does not close the dialog.
document.addEventListener("keydown", (event) => {
  const box = closest(event.target, "dialog[open]", HTMLDialogElement);
  if (event.key !== "Tab" || !box) return;
  const stops = stopsOf(box);
  const on = document.activeElement;
  const ends = event.shiftKey ? [box, stops[0]] : [stops.at(-1)];
  if (!ends.some((end) => end === on)) return;
  event.preventDefault();
  stops.at(event.shiftKey ? -1 : 0)?.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = closest(event.target, "#dialog form", HTMLFormElement);
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
  }
});

// Dialogs that are part of the page are opened and closed by buttons that name them.
document.addEventListener("click", (event) => {
  const open = closest(event.target, "[data-open]", HTMLElement);
  if (open) byId(open.dataset.open ?? "", HTMLDialogElement)?.showModal();
  const close = closest(event.target, "[data-close]", HTMLElement);
  if (close) byId(close.dataset.close ?? "", HTMLDialogElement)?.close();
});
