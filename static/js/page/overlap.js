// Let no click be lost to the response of another request that replaces the same part of the page. What is opened during a
// save, or while the part around it is drawn again, is opened after it, the last of several things opened is shown, and a
// response finds a part that was replaced.

import { byId } from "./elements.js";

/** Clicks, submitted forms, and choices that change what is shown, which have not been answered.
 * @type {Set<HtmxContext>} */
const unanswered = new Set();

/** The element to click again after a response, by its id, because the response replaces it.
 * @type {{ id: string, after: HtmxContext } | null} */
let next = null;

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

/** @param {HtmxContext} earlier
 * @param {HtmxContext} ctx
 * @returns {boolean} whether the response to the earlier request would undo what ``ctx`` opens */
const undoes = (earlier, ctx) =>
  reads(earlier) ? redraws(earlier, ctx) : covers(ctx, earlier) || covers(earlier, ctx);

/** @param {HtmxContext["sourceEvent"]} event
 * @returns {string | undefined} the id of the button that submitted a form */
const buttonOf = (event) => (event instanceof SubmitEvent ? event.submitter?.id : undefined);

/** Return true while the response to this form is missing.
 * @param {Element | null} form */
export const isSaving = (form) => [...unanswered].some((ctx) => ctx.sourceElement === form && !reads(ctx));

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const { sourceElement: source, sourceEvent } = ctx;
  const isChoice = sourceEvent?.type === "change" && reads(ctx);
  if (sourceEvent?.type !== "click" && sourceEvent?.type !== "submit" && !isChoice) return;
  if (reads(ctx)) {
    const earlier = [...unanswered].find((other) => undoes(other, ctx));
    if (earlier && source?.id) {
      event.preventDefault();
      next = { id: buttonOf(sourceEvent) || source.id, after: earlier };
      return;
    }
    for (const other of unanswered) {
      if (!reads(other) || !covers(ctx, other)) continue;
      // The fields were sent without the part that this click opens.
      if (redraws(ctx, other) && other.sourceEvent?.type === "click" && other.sourceElement?.id)
        next = { id: other.sourceElement.id, after: ctx };
      other.request?.abort();
    }
  }
  unanswered.add(ctx);
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!reads(ctx) && ctx.target?.isConnected === false) ctx.target = document.getElementById(ctx.target.id);
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (!unanswered.delete(ctx) || next?.after !== ctx) return;
  const opener = byId(next.id, HTMLElement);
  next = null;
  // A request that was replaced by a newer one has no response; then the click waits for the newer one. After an
  // error the person stays on the message.
  if (ctx.response ? ctx.response.status >= 400 : !reads(ctx)) return;
  if (opener instanceof HTMLFormElement) opener.requestSubmit();
  else opener?.click();
});
