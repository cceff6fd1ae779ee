// A combobox whose options come from the server: arrows move, Enter chooses, Escape closes.
import { startOf } from "./direction.js";
import { all, closest, first } from "./elements.js";

/** Boxes with a text whose options have not arrived.
 * @type {WeakSet<HTMLInputElement>} */
const unanswered = new WeakSet();
/** The text of the newest request of a box.
 * @type {WeakMap<HTMLInputElement, string>} */
const searched = new WeakMap();
/** The box in which Enter was pressed before the options of its text had arrived.
 * @type {HTMLInputElement | null} */
let entered = null;

/** Boxes whose list Escape closed: answers that come later do not open it again.
 * @type {WeakSet<HTMLInputElement>} */
const dismissed = new WeakSet();

/** The box of an option that was chosen, and what was in it. The list may be closed before the answer.
 * @type {WeakMap<Element, { input: HTMLInputElement, text: string }>} */
const chosenIn = new WeakMap();

/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

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

/** Place the list below the box if there is room, or else above it.
 * @param {HTMLInputElement} input */
function place(input) {
  const options = list(input);
  if (!options) return;
  const at = input.getBoundingClientRect();
  const below =
    at.bottom + options.offsetHeight + 8 < window.innerHeight || at.top < options.offsetHeight + 8;
  const around = (input.closest("dialog") ?? document.documentElement).getBoundingClientRect();
  const room = startOf(around) + around.width - startOf(at) - 8;
  options.style.inlineSize = `${Math.max(at.width, Math.min(400, room))}px`;
  options.style.insetInlineStart = `${startOf(at)}px`;
  options.style.insetBlockStart = below ? `${at.bottom + 2}px` : `${at.top - options.offsetHeight - 2}px`;
}

/** @param {HTMLInputElement} input */
function close(input) {
  settle(input);
  list(input)?.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

/** Wait for no options of this box.
 * @param {HTMLInputElement} input */
function settle(input) {
  unanswered.delete(input);
  if (entered === input) entered = null;
}

/** @param {KeyboardEvent} event
 * @param {HTMLInputElement} input */
function move(event, input) {
  const options = all(list(input), '[role="option"]', HTMLElement);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = STEPS[event.key];
  if (step && options.length) {
    event.preventDefault();
    // Without a marked option, up leads to the last one, as from the first one.
    const from = step < 0 ? Math.max(at, 0) : at;
    mark(input, options[(from + step + options.length) % options.length]);
  } else if (event.key === "Enter" && at < 0 && unanswered.has(input)) {
    // The options on the screen belong to an earlier text.
    event.preventDefault();
    entered = input;
  } else if (event.key === "Enter" && options.length) {
    event.preventDefault();
    (options[at] ?? options[0]).click();
  } else if (event.key === "Enter" && input.closest(".finder.many") && input.value.trim()) {
    // Sending the form would drop the text, as if somebody had been chosen.
    event.preventDefault();
  } else if (event.key === "Escape") {
    // The dialog around the list stays open.
    if (options.length) {
      event.stopPropagation();
      event.preventDefault();
    }
    close(input);
    dismissed.add(input);
  }
}

/** @param {EventTarget | null} target
 * @returns {HTMLInputElement | null} */
const comboboxOf = (target) =>
  target instanceof HTMLInputElement && target.matches('[role="combobox"]') ? target : null;

document.addEventListener("keydown", (event) => {
  const input = comboboxOf(event.target);
  if (input) move(event, input);
});

document.addEventListener("input", (event) => {
  const input = comboboxOf(event.target);
  if (!input) return;
  settle(input);
  dismissed.delete(input);
  unanswered.add(input);
  mark(input, undefined);
});

document.addEventListener("htmx:before:request", (event) => {
  const input = comboboxOf(event.detail.ctx.sourceElement ?? null);
  if (input) searched.set(input, input.value);
});

// A part of the page that is read again would close the list from which somebody is choosing.
document.addEventListener("htmx:before:swap", (event) => {
  const { sourceElement = null } = event.detail.ctx;
  for (const input of all(document, 'input[role="combobox"]', HTMLInputElement)) {
    const options = list(input);
    const isOpen = document.activeElement === input && (options?.childElementCount ?? 0) > 0;
    for (const part of [input, options])
      part?.toggleAttribute("hx-morph-skip", isOpen && !options?.contains(sourceElement));
  }
});

document.addEventListener("htmx:after:swap", (event) => {
  const source = comboboxOf(event.detail.ctx.sourceElement ?? null);
  const answered = source && searched.get(source) === source.value ? source : null;
  const chooses = answered !== null && answered === entered;
  if (answered) settle(answered);
  for (const input of all(document, 'input[role="combobox"]', HTMLInputElement)) {
    const options = all(list(input), '[role="option"]', HTMLElement);
    const chosen = chooses && input === answered;
    // An answer that comes after the box was left would cover the page, and nothing would close it.
    const left = document.activeElement !== input || dismissed.has(input);
    if (list(input)?.childElementCount && left && !chosen) {
      close(input);
      continue;
    }
    input.setAttribute("aria-expanded", String(options.length > 0));
    if (list(input)?.childElementCount) place(input);
    // More options may have come below the marked one.
    const marked = options.find(({ id }) => id === input.getAttribute("aria-activedescendant"));
    if (options.length && document.activeElement === input && !unanswered.has(input))
      mark(input, marked ?? options[0]);
    if (chosen) options[0]?.click();
  }
});

// The list stays beside its box while the page or a part of it scrolls. The event of a part does not bubble.
for (const kind of ["resize", "scroll"]) {
  window.addEventListener(
    kind,
    () => {
      for (const input of all(document, 'input[role="combobox"]', HTMLInputElement))
        if (list(input)?.childElementCount) place(input);
    },
    true,
  );
}

document.addEventListener("focusout", (event) => {
  const input = comboboxOf(event.target);
  if (!input) return;
  dismissed.delete(input);
  // A click on an option moves the focus first, so close the list only after the click.
  window.setTimeout(() => {
    if (document.activeElement !== input) close(input);
  }, 200);
});

// Pressing an option does not move the focus out of the box, just as choosing with Enter does not.
document.addEventListener("mousedown", (event) => {
  if (closest(event.target, '.options [role="option"]', HTMLElement)) event.preventDefault();
});

// Choosing an option clears the box. The option itself sends the request.
document.addEventListener("click", (event) => {
  const option = closest(event.target, '.options [role="option"]', HTMLElement);
  if (!option) return;
  const input = first(
    document,
    `[aria-controls="${closest(option, ".options", HTMLElement)?.id}"]`,
    HTMLInputElement,
  );
  if (input) settle(input);
  if (!input || input.dataset.keep !== undefined) return;
  chosenIn.set(option, { input, text: input.value });
  input.value = "";
});

// What was typed comes back if the choice is refused or not answered, unless something else was typed meanwhile.
for (const kind of /** @type {const} */ (["htmx:after:request", "htmx:error"])) {
  document.addEventListener(kind, (event) => {
    const { response, sourceElement } = event.detail.ctx ?? {};
    const choice = sourceElement && chosenIn.get(sourceElement);
    if (choice && choice.input.value === "" && (response?.status ?? 400) >= 400)
      choice.input.value = choice.text;
  });
}
