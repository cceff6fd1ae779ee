// The list of members: selecting members shows the bar that changes all of them.
import { all, byId, closest, showText, the } from "../page/elements.js";
import { t, tn } from "../page/language.js";

/** The boxes of the members that the search box does not hide. It hides no member who is selected. */
const boxes = () =>
  all(document.getElementById("members"), "tr:not([hidden]) [name=selected]", HTMLInputElement);

function show() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const shown = boxes();
  const count = shown.filter((box) => box.checked).length;
  bar.hidden = count === 0;
  // Of a long team, not everybody is shown, so the box that selects all does not mean the whole team.
  const members = byId("member-list", HTMLElement)?.dataset.all;
  showText(
    the("bulk-count", HTMLElement),
    members
      ? t("{count} of {all} selected", { count, all: Number(members) })
      : tn("{count} selected", "{count} selected", count),
  );
  const every = byId("select-all", HTMLInputElement);
  if (every) {
    every.checked = count > 0 && count === shown.length;
    every.indeterminate = count > 0 && !every.checked;
  }
  const what = the("bulk-what", HTMLSelectElement).value;
  for (const part of all(bar, "[data-for]", HTMLElement)) part.hidden = part.dataset.for !== what;
}

document.addEventListener("input", (event) => {
  if (!closest(event.target, "#members", HTMLElement)) return;
  const every = byId("select-all", HTMLInputElement);
  if (every && event.target === every) for (const box of boxes()) box.checked = every.checked;
  show();
});

document.addEventListener("htmx:after:swap", show);
document.addEventListener("sentences:read", show);
show();
