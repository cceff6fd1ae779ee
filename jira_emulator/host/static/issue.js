/* Apps on an issue: content that somebody adds by its button, and context boxes, which stay as they were left. */
import { ask, mount } from "./frames.js";

async function fill(place) {
  const holder = place.querySelector("[data-later]");
  if (!holder) return;
  const wanted = holder.dataset.later;
  holder.removeAttribute("data-later");
  mount(holder, await ask("/_host/frame", JSON.parse(wanted)));
}

for (const button of document.querySelectorAll("[data-adds]")) {
  button.addEventListener("click", () => {
    const section = document.getElementById(button.dataset.adds);
    section.hidden = false;
    button.disabled = true;
    fill(section);
  });
}
for (const box of document.querySelectorAll("details[data-context]")) {
  const kept = `context:${box.dataset.context}`;
  box.addEventListener("toggle", () => {
    localStorage.setItem(kept, box.open ? "open" : "closed");
    if (box.open) fill(box);
  });
  box.open = localStorage.getItem(kept) === "open";
}
