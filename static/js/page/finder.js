// Search boxes for choosing: a single choice fills the box, several are listed above it as chips.

import { all, closest, first } from "./elements.js";
import { t } from "./language.js";
import { say } from "./live.js";

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
  Object.assign(remove, { type: "button", className: "chip-remove", title: t("Remove") });
  remove.dataset.unchoose = "";
  remove.setAttribute("aria-label", t("Remove {label}", { label }));
  remove.textContent = "×";
  item.append(input, text, remove);
  return item;
}

/** @param {Element} finder
 * @returns {HTMLInputElement} */
function boxOf(finder) {
  const box = first(finder, "input[role='combobox']", HTMLInputElement);
  if (!box) throw new Error("this finder has no box to type in");
  return box;
}

/** @param {Element} finder
 * @param {string} value */
function setChosen(finder, value) {
  const chosen = first(finder, "[data-chosen]", HTMLInputElement);
  if (chosen) chosen.value = value;
}

/** @param {Element} finder */
function announce(finder) {
  const form = closest(finder, "form", HTMLFormElement);
  // By selector and not by `form.id`, which a field named "id" would shadow.
  if (form?.matches("#settings")) form.dataset.dirty = "";
  boxOf(finder).dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const option = closest(event.target, ".finder .option", HTMLElement);
  const finder = closest(event.target, ".finder", HTMLElement);
  if (option && finder) {
    const { value = "", label = "" } = option.dataset;
    const box = boxOf(finder);
    const list = finder.querySelector(".chips");
    if (!list) {
      setChosen(finder, value);
      box.value = label;
    } else if (!all(list, "input", HTMLInputElement).some((other) => other.value === value)) {
      list.append(chip(finder.dataset.field ?? "", value, label));
      say(t("{label} chosen.", { label }));
    }
    option.parentElement?.replaceChildren();
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    box.focus();
    announce(finder);
  }
  const remove = closest(event.target, "[data-unchoose]", HTMLElement);
  if (remove && finder) {
    closest(remove, ".chip", HTMLElement)?.remove();
    boxOf(finder).focus();
    announce(finder);
  }
});

// A text in a list's box that was never chosen would be lost without a word.
document.addEventListener(
  "submit",
  (event) => {
    const boxes = all(
      closest(event.target, "form", HTMLFormElement),
      ".finder.many input[role='combobox']",
      HTMLInputElement,
    );
    const box = boxes.find((one) => one.value.trim() && one.checkVisibility());
    if (!box) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box.setCustomValidity(t("Choose one of the suggestions, or clear this field."));
    box.reportValidity();
  },
  true,
);

// Typing over a choice discards it.
document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement) event.target.setCustomValidity("");
  const finder = closest(event.target, ".finder:not(.many)", HTMLElement);
  if (finder && event.target === boxOf(finder)) setChosen(finder, "");
});
