// Short messages in the corner. They disappear after a while, but not while somebody reads or uses them. An error with a
// request id stays until somebody closes it.
import { all, closest, first, fromTemplate, the } from "./elements.js";
import { isActed } from "./retry.js";

const STAY_MS = 9000;

const SHOWN = "visibilitychange";

/** Remove a message after a while in which nobody points to it or has the focus in it, and no dialog or other page is over it.
 * @param {HTMLElement} flag */
function watch(flag) {
  flag.dataset.watched = "";
  let timer = 0;
  let over = false;
  const wait = () => {
    window.clearTimeout(timer);
    if (over || document.visibilityState === "hidden" || flag.matches(":focus-within")) return;
    timer = window.setTimeout(() => {
      if (!document.querySelector("dialog[open]")) flag.remove();
    }, STAY_MS);
  };
  for (const kind of ["pointerenter", "pointerleave", "focusin", "focusout", SHOWN]) {
    flag.addEventListener(kind, () => {
      if (kind.startsWith("pointer")) over = kind === "pointerenter";
      wait();
    });
  }
  wait();
}

function begin() {
  for (const flag of all(document, "#flags > .flag", HTMLElement)) flag.dispatchEvent(new Event(SHOWN));
}

// A person who comes back, from another page or from a dialog, has the whole time to read.
document.addEventListener(SHOWN, begin);
document.addEventListener("close", begin, true);

/** Keep only the newest message about a success, and each message about a problem once. */
function replaceOlder() {
  const flags = all(document, "#flags > :is(.flag, .problem)", HTMLElement);
  const newest = flags.findLast((flag) => !flag.matches(".problem"));
  const texts = new Set();
  for (const flag of flags.reverse()) {
    // The request id that follows the sentence of an error differs each time.
    const text = (first(flag, "p", HTMLElement) ?? flag).textContent?.trim();
    const old = flag.matches(".problem") ? texts.has(text) : flag !== newest;
    if (old && !flag.contains(document.activeElement)) flag.remove();
    texts.add(text);
  }
}

function arrange() {
  for (const flag of all(document, "#flags > .flag:not([data-watched])", HTMLElement)) watch(flag);
  for (const error of all(document, "#flags > .problem:not(.flag, :has([data-dismiss]))", HTMLElement))
    error.prepend(fromTemplate("dismiss"));
  replaceOlder();
}

document.addEventListener("htmx:after:swap", arrange);

document.addEventListener("click", (event) => {
  if (closest(event.target, "[data-dismiss]", HTMLElement))
    closest(event.target, ".flag, .cell-problem, #flags > .problem", HTMLElement)?.remove();
});

/** @param {HTMLElement} flag */
export function show(flag) {
  the("flags", HTMLElement).append(flag);
  arrange();
}

/** Return the place of messages in the open dialog: one in the corner would be behind it.
 * @returns {HTMLElement | null} */
const slotOfDialog = () => first(document, "#dialog[open] .form-problem", HTMLElement);

/** Show a message in place of the one before it, and beside what the server says.
 * @param {HTMLElement} slot
 * @param {HTMLElement} flag */
function showIn(slot, flag) {
  first(slot, ":scope > [data-flag]", HTMLElement)?.remove();
  flag.dataset.flag = "";
  slot.append(flag);
  slot.scrollIntoView({ block: "nearest" });
}

/** Show that something went wrong, when no response from the server can say it.
 * @param {...(Node | string)} what */
export function flagProblem(...what) {
  const slot = slotOfDialog();
  const flag = flagOf(slot ? "" : "flag problem", ...what);
  flag.setAttribute("role", "alert");
  if (slot) showIn(slot, flag);
  else show(flag);
}

/** Show in the corner that something is refused that the open dialog is not about.
 * @param {string} what */
export const flagRefusal = (what) => show(flagOf("flag problem", what));

/** Show a sentence, such as that something takes its time.
 * @param {string} what */
export const flagNote = (what) => show(flagOf("flag", what));

/** Show that something goes on, as long as it does. Its caller says it to screen readers.
 * @param {string} what
 * @returns {() => void} removes the message */
export function flagWhile(what) {
  const slot = slotOfDialog();
  const flag = flagOf(slot ? "underway" : "flag", what);
  flag.dataset.watched = "";
  if (slot) showIn(slot, flag);
  else show(flag);
  return () => flag.remove();
}

/** @param {string} names
 * @param {...(Node | string)} what */
function flagOf(names, ...what) {
  const flag = document.createElement("div");
  flag.className = names;
  const text = document.createElement("p");
  text.append(...what);
  flag.append(text);
  return flag;
}

const TYPED = "textarea, input[name]:not([type='hidden'], [type='checkbox'], [type='radio'], [type='file'])";

/** Return the message that a request got no response: only a form with fields keeps what was typed, and only a reading
 * changes nothing.
 * @param {HtmxContext} ctx */
export function noResponse({ request, sourceElement }) {
  if (request?.method === "GET") return fromTemplate("unreachable");
  if (sourceElement?.getAttribute("hx-post") === the("flags", HTMLElement).dataset.undo)
    return fromTemplate(sourceElement?.matches("[data-redo]") ? "not-redone" : "not-undone");
  const kept = sourceElement?.isConnected && sourceElement.closest("form")?.querySelector(TYPED);
  return fromTemplate(kept ? "offline" : "not-done");
}

// Every failed action of a person gets a message. A part with its own place for it has prevented the default by now, or is quiet.
window.addEventListener("htmx:error", (event) => {
  const { ctx } = /** @type {HtmxEvent} */ (event).detail;
  if (event.defaultPrevented || !ctx || ctx.response || ctx.quiet || !isActed(ctx)) return;
  // Requests that are sent while somebody types need no message: the next action of the person fails with one.
  if (ctx.request?.method === "GET" || ctx.sourceEvent?.type !== "input") flagProblem(noResponse(ctx));
});

// An error does not take the place of what is shown beside a field while somebody types: the next answer would find no place
// and replace the field, with what was typed.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { response, sourceElement = null, target, text } = ctx;
  if ((response?.status ?? 0) < 400 || !target?.id || !ctx.swap?.startsWith("outer")) return;
  if (text?.includes(`id="${target.id}"`)) return;
  // The answer of a part about itself may replace it, but the options of a box may ask for more of them.
  if (target.contains(sourceElement) && !target.matches(".options")) return;
  const slot = slotOfDialog();
  ctx.target = slot ?? the("flags", HTMLElement);
  ctx.swap = slot ? "innerHTML" : "beforeend";
});

/** Show that something was done, with a button that undoes it.
 * @param {string} what
 * @param {string[]} tokens
 * @param {string} url */
export function flagDone(what, tokens, url) {
  const flag = first(fromTemplate("done"), ".flag", HTMLElement);
  const button = first(flag, "[data-undo]", HTMLElement);
  const text = first(flag, "p", HTMLElement);
  if (!flag || !button || !text) throw new Error("the template of a message is incomplete");
  flag.id = `undo-${tokens[0]}`;
  text.textContent = what;
  button.dataset.undo = tokens.join(",");
  button.setAttribute("hx-post", url);
  button.setAttribute("hx-vals", JSON.stringify({ undo: button.dataset.undo }));
  show(flag);
  window.htmx.process(flag);
}
