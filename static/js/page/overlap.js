// No click is lost to the response of an earlier request that replaces the same part of the page. What is opened during a
// save is opened after it, the last of several things opened is shown, and a response finds a part that was replaced.

import { byId } from "./elements.js";

/** Clicks and submitted forms that have not been answered.
 * @type {Set<HtmxContext>} */
const unanswered = new Set();

/** What was clicked during a save, by its id, because the response replaces it.
 * @type {string} */
let next = "";

/** @param {HtmxContext} ctx */
const reads = (ctx) => ctx.request?.method === "GET";

/** @param {HtmxContext} ctx
 * @param {HtmxContext} other
 * @returns {boolean} whether the part that ``ctx`` replaces contains the other one's */
const covers = (ctx, other) => ctx.target?.contains(other.target ?? null) === true;

/** Return true while the response to this form is missing.
 * @param {Element | null} form */
export const isSaving = (form) => [...unanswered].some((ctx) => ctx.sourceElement === form && !reads(ctx));

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  const { sourceElement: source, sourceEvent } = ctx;
  if (sourceEvent?.type !== "click" && sourceEvent?.type !== "submit") return;
  if (reads(ctx)) {
    const saves = [...unanswered].some(
      (other) => !reads(other) && (covers(ctx, other) || covers(other, ctx)),
    );
    if (saves && source?.id) {
      event.preventDefault();
      next = source.id;
      return;
    }
    for (const other of unanswered) if (reads(other) && covers(ctx, other)) other.request?.abort();
  }
  unanswered.add(ctx);
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!reads(ctx) && ctx.target?.isConnected === false) ctx.target = document.getElementById(ctx.target.id);
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (!unanswered.delete(ctx) || reads(ctx) || ![...unanswered].every(reads)) return;
  const link = byId(next, HTMLElement);
  next = "";
  // After an error the person stays with it.
  if (ctx.response && ctx.response.status < 400) link?.click();
});
