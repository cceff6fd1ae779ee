// Lose no click to the response of another request that replaces the same part of the page. Something that is opened during a
// save, or while the part around it is rendered again, is opened afterward; of several things, the last one is shown; and a
// response still finds a part that was replaced. Links, pages, and files beside a filter have the addresses of what was shown
// before, so they wait for the response to a filter that was just changed, and so do dialogs about the days that are shown
// (data-shown-days). Buttons beside a row that is being saved have its earlier version, so they wait too. Previous and Next go
// one step from what is shown, and a choice is sent with the days that are shown, so each of them waits for the responses to
// the ones before it.

import { byId, closest } from "./elements.js";

/** Clicks, submitted forms, and choices that change what is shown, which have not been answered.
 * @type {Set<HtmxContext>} */
const unanswered = new Set();

/** The element to click again after a response, by its id, because the response replaces it.
 * @type {{ id: string, after: HtmxContext } | null} */
let next = null;

/** Something done in a filter that waits: its button was pressed, or a value was chosen in its field. ``name`` is the button's;
 * ``step`` is set for a step to the range before or after the one that is shown.
 * @typedef {{ id: string, name: string, step?: boolean, chosen?: { value: string, checked?: boolean } }} Action */

/** The actions in filters that wait for the response to ``queuedAfter``, in order.
 * @type {Action[]} */
let queue = [];
/** @type {HtmxContext | null} */
let queuedAfter = null;

/** True while the waiting actions are applied, until their request is sent. */
let replaying = false;

/** The time at which each form was sent last, by its id.
 * @type {Map<string, number>} */
const sent = new Map();

/** @param {HtmxContext} ctx */
const reads = (ctx) => ctx.request?.method === "GET";

/** @param {HtmxContext} ctx
 * @param {HtmxContext} other
 * @returns {boolean} whether the part that ``ctx`` replaces contains the other one's */
const covers = (ctx, other) => ctx.target?.contains(other.target ?? null) === true;

/** @param {HtmxContext} ctx
 * @param {HtmxContext} other
 * @returns {boolean} whether ``ctx`` renders a part again that contains the other one's */
const redraws = (ctx, other) =>
  reads(ctx) && ctx.swap === "outerMorph" && ctx.target !== other.target && covers(ctx, other);

/** @param {HtmxContext} ctx
 * @returns {boolean} whether the request sends a filter: a form that reads */
export const filters = (ctx) => reads(ctx) && ctx.sourceElement instanceof HTMLFormElement;

/** @param {HtmxContext} earlier
 * @param {HtmxContext} ctx
 * @returns {boolean} whether ``ctx`` was clicked beside a filter, and has the address of what was shown before it */
const outdates = (earlier, ctx) =>
  filters(earlier) &&
  !filters(ctx) &&
  ctx.sourceEvent?.type === "click" &&
  (earlier.target === ctx.target || ctx.sourceElement?.matches("[data-shown-days]") === true);

/** @param {HtmxContext} ctx
 * @returns {boolean} whether the request saves a field of a row that has other buttons, which carry the version shown */
const savesRow = (ctx) => !reads(ctx) && ctx.sourceElement?.matches("form[data-row-form]") === true;

/** @param {HtmxContext} earlier
 * @param {HtmxContext} ctx
 * @returns {boolean} whether the response to the earlier request would undo what ``ctx`` opens, or belongs before it */
const waitsFor = (earlier, ctx) => {
  if (!reads(ctx))
    return savesRow(earlier) && ctx.sourceEvent?.type === "click" && earlier.target === ctx.target;
  return reads(earlier)
    ? redraws(earlier, ctx) || outdates(earlier, ctx)
    : covers(ctx, earlier) || covers(earlier, ctx);
};

/** @param {HtmxContext} ctx
 * @returns {boolean} whether a person clicked, submitted a form, or changed a filter or a row */
const isActed = (ctx) => {
  const type = ctx.sourceEvent?.type;
  if (type === "click" || type === "submit" || savesRow(ctx)) return true;
  return reads(ctx) && (type === "change" || (type === "input" && filters(ctx)));
};

/** @param {HtmxContext} ctx
 * @returns {boolean} whether a filter was sent after this was typed into it, because the field was left at once */
const isSentAlready = (ctx) =>
  filters(ctx) &&
  ctx.sourceEvent?.type === "input" &&
  (ctx.sourceEvent.timeStamp ?? 0) <= (sent.get(ctx.sourceElement?.id ?? "") ?? -1);

/** @param {HtmxContext["sourceEvent"]} event
 * @returns {HTMLElement | null} the button that submitted a form */
const buttonOf = (event) => (event instanceof SubmitEvent ? event.submitter : null);

/** @param {HtmxContext} ctx
 * @returns {boolean} whether it is a step to the range before or after the one that is shown */
const isStep = (ctx) =>
  (buttonOf(ctx.sourceEvent) ?? ctx.sourceElement)?.matches("[data-key='previous'], [data-key='next']") ===
  true;

/** @param {HtmxContext} ctx
 * @returns {boolean} whether the request can wait in the queue */
const queues = (ctx) => filters(ctx) || isStep(ctx);

/** @param {HtmxContext} ctx
 * @returns {string} the name of the button that submitted a form, whose value only this request has */
const nameOf = ({ sourceEvent }) => buttonOf(sourceEvent)?.getAttribute("name") ?? "";

/** @param {HtmxContext} ctx
 * @returns {Action | null} what was done, to do it again later */
function actionOf(ctx) {
  const button = buttonOf(ctx.sourceEvent) ?? (filters(ctx) ? null : ctx.sourceElement);
  const field = ctx.sourceEvent?.target;
  if (button?.id) return { id: button.id, name: nameOf(ctx), step: isStep(ctx) };
  if (field instanceof HTMLSelectElement && field.id)
    return { id: field.id, name: "", chosen: { value: field.value } };
  if (field instanceof HTMLInputElement && field.id)
    return { id: field.id, name: "", chosen: { value: field.value, checked: field.checked } };
  return null;
}

/** @param {HtmxContext} one
 * @param {HtmxContext} other
 * @returns {boolean} whether both come from the same filter, or from the two buttons of a year that is being edited */
const isOfSameChoice = (one, other) =>
  one.sourceElement === other.sourceElement ||
  (!filters(one) && isStep(one) && isStep(other) && one.target === other.target);

/** @param {HtmxContext} ctx
 * @returns {HtmxContext | undefined} the request of the same filter whose response ``ctx`` has to wait for; all fields are sent
 * with each request, but of the buttons only the one that was pressed */
function filterBefore(ctx) {
  const other = queuedAfter ?? [...unanswered].find((one) => isOfSameChoice(one, ctx));
  if (!other || !queues(ctx)) return undefined;
  const name = nameOf(ctx);
  const replaced =
    !isStep(ctx) &&
    ["", name].includes(nameOf(other)) &&
    queue.every((waiting) => !waiting.chosen && waiting.name === name);
  if (!replaced) return other;
  queue = [];
  queuedAfter = null;
  return undefined;
}

/** Let an action wait, in place of an earlier choice between the same buttons. A choice before a step stays, because it decides
 * how far the step goes.
 * @param {Action} action */
function enqueue(action) {
  const lastStep = queue.findLastIndex(({ step }) => step);
  const replaced = (/** @type {Action} */ { name }, /** @type {number} */ at) =>
    at > lastStep && !action.step && name !== "" && name === action.name;
  queue = [...queue.filter((waiting, at) => !replaced(waiting, at)), action];
}

/** Do again what waited, up to the first of it that needs another response. */
function replay() {
  for (let action = queue.shift(); action; action = queue.shift()) {
    const element = document.getElementById(action.id);
    replaying = true;
    if (!action.chosen) element?.click();
    else if (element)
      Object.assign(element, action.chosen).dispatchEvent(new Event("change", { bubbles: true }));
    if (!replaying) return;
    replaying = false;
  }
}

/** Return true while the response to this form is missing.
 * @param {Element | null} form */
export const isSaving = (form) => [...unanswered].some((ctx) => ctx.sourceElement === form && !reads(ctx));

// Before the request is admitted: an admitted one replaces what is underway for the same part.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (!isActed(ctx)) return;
  if (isSentAlready(ctx)) {
    event.preventDefault();
    return;
  }
  if (replaying && queues(ctx)) {
    replaying = false;
    return;
  }
  const earlier = filterBefore(ctx) ?? [...unanswered].find((other) => waitsFor(other, ctx));
  const source = ctx.sourceElement;
  if (!earlier || !source?.id) return;
  const action = queues(ctx) ? actionOf(ctx) : null;
  event.preventDefault();
  if (action) {
    enqueue(action);
    queuedAfter = earlier;
  } else next = { id: buttonOf(ctx.sourceEvent)?.id || source.id, after: earlier };
});

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!isActed(ctx)) return;
  if (filters(ctx) && ctx.sourceElement) sent.set(ctx.sourceElement.id, performance.now());
  if (reads(ctx)) {
    for (const other of unanswered) {
      if (!reads(other) || !covers(ctx, other)) continue;
      // The fields were sent without the part that this click opens.
      if (redraws(ctx, other) && other.sourceEvent?.type === "click" && other.sourceElement?.id)
        next = { id: other.sourceElement.id, after: ctx };
      other.request?.abort();
    }
  }
  unanswered.add(ctx);
  if (queue.length && !queuedAfter) queuedAfter = ctx;
});

document.addEventListener(
  "click",
  (event) => {
    const link = closest(event.target, "[data-download][id], a[href][id]", HTMLElement);
    const earlier = link && [...unanswered].find((other) => filters(other) && other.target?.contains(link));
    if (!earlier) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    next = { id: link.id, after: earlier };
  },
  true,
);

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!reads(ctx) && ctx.target?.isConnected === false) ctx.target = document.getElementById(ctx.target.id);
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (!unanswered.delete(ctx)) return;
  if (queuedAfter === ctx) {
    queuedAfter = null;
    // A newer request has replaced this one, or the person sees its error now. Then no further step is taken, but fields keep
    // what was chosen in them, so those choices are applied.
    if (!ctx.response) queue = [];
    else if (ctx.response.status >= 400) queue = queue.filter((action) => action.chosen);
    replay();
  }
  if (next?.after !== ctx) return;
  const opener = byId(next.id, HTMLElement);
  next = null;
  // A request that was replaced by a newer one has no response; then the click waits for the newer one. After an
  // error, the message stays on the screen.
  if (ctx.response ? ctx.response.status >= 400 : !reads(ctx)) return;
  if (opener instanceof HTMLFormElement) opener.requestSubmit();
  else opener?.click();
});
