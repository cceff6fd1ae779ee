// The list of members: selecting members shows the bar that changes all of them.
import { all, byId, closest, showText, the } from "../page/elements.js";
import { tn } from "../page/language.js";

/** The boxes of the members that the search box does not hide. It hides no member who is selected. */
const boxes = () =>
  all(document.getElementById("members"), "tr:not([hidden]) [name=selected]", HTMLInputElement);

function show() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const chosen = boxes().filter((box) => box.checked);
  bar.hidden = chosen.length === 0;
  showText(the("bulk-count", HTMLElement), tn("{count} selected", "{count} selected", chosen.length));
  const every = byId("select-all", HTMLInputElement);
  if (every) {
    every.checked = chosen.length > 0 && chosen.length === boxes().length;
    every.indeterminate = chosen.length > 0 && !every.checked;
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
show();
