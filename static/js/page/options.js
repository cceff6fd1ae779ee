// A combobox whose options come from the server: arrows choose, Enter takes, Escape closes.

/** @param {HTMLInputElement} input */
const list = (input) => document.getElementById(input.getAttribute("aria-controls") ?? "");

/** @param {HTMLInputElement} input
 * @param {HTMLElement | undefined} option */
function mark(input, option) {
  for (const other of list(input)?.querySelectorAll('[aria-selected="true"]') ?? []) {
    other.setAttribute("aria-selected", "false");
  }
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

/** Below the box if there is room, else above it.
 * @param {HTMLInputElement} input */
function place(input) {
  const options = list(input);
  const at = input.getBoundingClientRect();
  const below =
    at.bottom + options.offsetHeight + 8 < window.innerHeight || at.top < options.offsetHeight + 8;
  options.style.inlineSize = `${Math.max(at.width, Math.min(400, window.innerWidth - at.left - 8))}px`;
  options.style.insetInlineStart = `${at.left}px`;
  options.style.insetBlockStart = below ? `${at.bottom + 2}px` : `${at.top - options.offsetHeight - 2}px`;
}

/** @param {HTMLInputElement} input */
function close(input) {
  list(input)?.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

/** @param {KeyboardEvent} event */
function move(event) {
  const input = event.target;
  const options = [...(list(input)?.querySelectorAll('[role="option"]') ?? [])];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) {
    event.preventDefault();
    mark(input, options[(at + step + options.length) % options.length]);
  } else if (event.key === "Enter" && options.length) {
    event.preventDefault();
    (options[at] ?? options[0]).click();
  } else if (event.key === "Escape") {
    if (options.length) event.stopPropagation();
    close(input);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches?.('input[role="combobox"]')) move(event);
});

document.addEventListener("htmx:after:swap", () => {
  for (const input of document.querySelectorAll('input[role="combobox"]')) {
    const options = list(input)?.querySelectorAll('[role="option"]') ?? [];
    input.setAttribute("aria-expanded", String(options.length > 0));
    if (list(input)?.childElementCount) place(input);
    if (options.length && document.activeElement === input) mark(input, options[0]);
  }
});

window.addEventListener("resize", () => {
  for (const input of document.querySelectorAll('input[role="combobox"][aria-expanded="true"]')) place(input);
});

document.addEventListener("focusout", (event) => {
  const input = event.target;
  if (!input.matches?.('input[role="combobox"]')) return;
  // A click on an option takes the focus first: let it arrive before the list goes.
  window.setTimeout(() => {
    if (document.activeElement !== input) close(input);
  }, 200);
});

// The box keeps the focus while an option is pressed, as it does when Enter takes one.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest('.options [role="option"]')) event.preventDefault();
});

// Taking an option clears the box; what was taken is the server's business (the option carries the request).
document.addEventListener("click", (event) => {
  const option = event.target.closest('.options [role="option"]');
  if (!option) return;
  const input = document.querySelector(`[aria-controls="${option.parentElement.id}"]`);
  if (input && input.dataset.keep === undefined) input.value = "";
});
