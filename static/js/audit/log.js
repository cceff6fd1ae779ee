// The audit log: a line opens to show what changed.
import { all, closest, first } from "../page/elements.js";
import { whenHere } from "../page/here.js";

const log = () => document.getElementById("audit");

/** @param {HTMLTableRowElement} row */
function toggle(row) {
  const button = first(row, ".event-open", HTMLElement);
  if (!button) return;
  const open = document.getElementById(`d${row.dataset.seq}`);
  // It is being read. Another request would show it twice.
  if (!open && button.getAttribute("aria-expanded") === "true") return;
  button.setAttribute("aria-expanded", String(!open));
  if (open) open.remove();
  else {
    const address = `${log()?.dataset.address}/${row.dataset.seq}`;
    window.htmx.ajax("GET", address, { source: button, target: row, swap: "afterend" });
  }
}

document.addEventListener("click", (event) => {
  const row = closest(event.target, "#events tr[data-seq]", HTMLTableRowElement);
  if (!row || closest(event.target, "a", HTMLElement)) return;
  const marking = event.detail > 0 && window.getSelection()?.isCollapsed === false;
  if (!marking) toggle(row);
});

/** The number of lines before more were requested, to focus the first new one.
 * @type {number | null} */
let countBefore = null;

const openers = () => all(document, "#events .event-open", HTMLButtonElement);

document.addEventListener("click", (event) => {
  if (closest(event.target, "#load-more", HTMLElement)) countBefore = openers().length;
});

for (const kind of ["htmx:error", "htmx:before:request"]) {
  document.addEventListener(kind, (event) => {
    if (kind === "htmx:error" || !closest(event.target, "#load-more", HTMLElement)) countBefore = null;
  });
}

document.addEventListener("htmx:after:swap", () => {
  const next = countBefore === null ? undefined : openers()[countBefore];
  if (!next) return;
  countBefore = null;
  whenHere(() => next.focus());
});

// A morph keeps what somebody picked in a select, even if the filter was changed by other means since.
document.addEventListener("htmx:after:swap", () => {
  for (const option of all(document, "#audit-choice option", HTMLOptionElement)) {
    option.selected = option.defaultSelected;
  }
  for (const list of all(document, "#audit-choice select", HTMLSelectElement)) {
    if (!list.querySelector("option[selected]")) list.selectedIndex = 0;
  }
});
