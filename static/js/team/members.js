// The list of members: selecting several opens the bar that changes them all.

/** @returns {HTMLFormElement | null} */
const form = () => document.getElementById("members");

/** @returns {HTMLInputElement[]} */
const boxes = () => [...(form()?.querySelectorAll('input[name="selected"]') ?? [])];

function show() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const chosen = boxes().filter((box) => box.checked);
  bar.hidden = chosen.length === 0;
  document.getElementById("bulk-count").textContent = `${chosen.length} selected`;
  const all = document.getElementById("select-all");
  if (all) {
    all.checked = chosen.length > 0 && chosen.length === boxes().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
  const what = document.getElementById("bulk-what").value;
  for (const part of bar.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== what;
}

document.addEventListener("change", (event) => {
  if (!event.target.closest?.("#members")) return;
  if (event.target.id === "select-all") for (const box of boxes()) box.checked = event.target.checked;
  show();
});

document.addEventListener("htmx:after:swap", show);
show();
