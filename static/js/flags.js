// Short messages in the corner: they leave by themselves, but not while somebody reads or uses them.

const STAY_MS = 9000;

/** @param {HTMLElement} flag */
function watch(flag) {
  flag.dataset.watched = "";
  let timer = 0;
  const start = () => {
    timer = window.setTimeout(() => flag.remove(), STAY_MS);
  };
  for (const stop of ["pointerenter", "focusin"]) flag.addEventListener(stop, () => clearTimeout(timer));
  for (const again of ["pointerleave", "focusout"]) flag.addEventListener(again, start);
  start();
}

document.addEventListener("htmx:after:swap", () => {
  for (const flag of document.querySelectorAll("#flags > .flag:not([data-watched])")) watch(flag);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".flag, .cell-problem")?.remove();
});

/** Say that something went wrong, where no server could.
 * @param {Node | string} what */
export function flagProblem(what) {
  const flag = document.createElement("div");
  flag.className = "flag problem";
  flag.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.append(what);
  flag.append(text);
  document.getElementById("flags").append(flag);
  watch(flag);
}

/** The undo button of the newest message, if there is one.
 * @returns {HTMLButtonElement | null} */
export function newestUndo() {
  const buttons = document.querySelectorAll("#flags .flag [data-undo]");
  return buttons[buttons.length - 1] ?? null;
}
