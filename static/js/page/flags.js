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

/** What was done is said by the newest message alone; each thing that went wrong is said once. */
function replaceOlder() {
  const flags = [...document.querySelectorAll("#flags > .flag")];
  const newest = flags.findLast((flag) => !flag.matches(".problem"));
  const said = new Set();
  for (const flag of flags.reverse()) {
    const text = flag.textContent.trim();
    const old = flag.matches(".problem") ? said.has(text) : flag !== newest;
    if (old && !flag.contains(document.activeElement)) flag.remove();
    said.add(text);
  }
}

function arrange() {
  for (const flag of document.querySelectorAll("#flags > .flag:not([data-watched])")) watch(flag);
  replaceOlder();
}

document.addEventListener("htmx:after:swap", arrange);

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".flag, .cell-problem")?.remove();
});

/** @param {HTMLElement} flag */
function show(flag) {
  document.getElementById("flags").append(flag);
  arrange();
}

/** Say that something went wrong, where no server could.
 * @param {...(Node | string)} what */
export function flagProblem(...what) {
  const flag = document.createElement("div");
  flag.className = "flag problem";
  flag.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.append(...what);
  flag.append(text);
  show(flag);
}

/** Say that something was done, with a button that undoes it.
 * @param {string} what
 * @param {string[]} tokens
 * @param {string} url */
export function flagDone(what, tokens, url) {
  const flag = document.getElementById("done").content.firstElementChild.cloneNode(true);
  flag.id = `undo-${tokens[0]}`;
  flag.querySelector("p").textContent = what;
  const button = flag.querySelector("[data-undo]");
  button.dataset.undo = tokens.join(",");
  button.setAttribute("hx-post", url);
  button.setAttribute("hx-vals", JSON.stringify({ undo: button.dataset.undo }));
  show(flag);
  window.htmx.process(flag);
}
