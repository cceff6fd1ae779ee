// Search boxes that choose: one choice fills the box, many stand below it as chips.

/** @param {string} field
 * @param {string} value
 * @param {string} label
 * @returns {HTMLLIElement} */
function chip(field, value, label) {
  const item = document.createElement("li");
  item.className = "chip";
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: field, value });
  const text = document.createElement("span");
  text.textContent = label;
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "chip-remove", title: "Remove" });
  remove.dataset.unchoose = "";
  remove.setAttribute("aria-label", `Remove ${label}`);
  remove.textContent = "×";
  item.append(input, text, remove);
  return item;
}

/** @param {HTMLElement} finder */
function tell(finder) {
  const form = finder.closest("form");
  // Not by its id: a field called id would stand in for it.
  if (form?.matches("#settings")) form.dataset.dirty = "";
  finder.querySelector("input[role='combobox']").dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const option = event.target.closest(".finder .option");
  if (option) {
    const finder = option.closest(".finder");
    const { value, label } = option.dataset;
    const box = finder.querySelector("input[role='combobox']");
    const list = finder.querySelector(".chips");
    if (!list) {
      finder.querySelector("[data-chosen]").value = value;
      box.value = label;
    } else if (![...list.querySelectorAll("input")].some((other) => other.value === value)) {
      list.append(chip(finder.dataset.field, value, label));
      document.getElementById("live").textContent = `${label} chosen.`;
    }
    option.parentElement.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    box.focus();
    tell(finder);
  }
  const remove = event.target.closest("[data-unchoose]");
  if (remove) {
    const finder = remove.closest(".finder");
    remove.closest(".chip").remove();
    finder.querySelector("input[role='combobox']").focus();
    tell(finder);
  }
});

// What is typed over a choice is no choice any more.
document.addEventListener("input", (event) => {
  const finder = event.target.closest?.(".finder:not(.many)");
  if (finder && event.target.getAttribute("role") === "combobox")
    finder.querySelector("[data-chosen]").value = "";
});
