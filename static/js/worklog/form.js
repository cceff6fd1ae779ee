// The worklog form: taking an issue from its list, closing, and keeping what was typed when nobody answers.

/** @param {Element} from
 * @returns {HTMLFormElement | null} */
const formOf = (from) => from.closest(".worklog-form");

/** @param {HTMLElement} option */
function takeIssue(option) {
  const form = formOf(option);
  if (!form) return;
  form.elements.issue.value = option.dataset.issue;
  form.elements.remaining.value = option.dataset.remaining;
  form.elements.text.value = option.dataset.label;
  option.parentElement.replaceChildren();
  form.elements.text.setAttribute("aria-expanded", "false");
  form.elements.text.removeAttribute("aria-activedescendant");
  form.elements.duration.focus();
  form.elements.issue.dispatchEvent(new Event("change", { bubbles: true }));
}

/** @param {Element} from */
function close(from) {
  const panel = from.closest("#panel-form");
  if (panel) {
    panel.replaceChildren();
    document.getElementById("panel-log")?.focus();
  } else from.closest("dialog")?.close();
}

document.addEventListener("click", (event) => {
  const option = event.target.closest("#dialog-issues [role='option']");
  if (option) takeIssue(option);
  const button = event.target.closest("[data-close-form]");
  if (button) close(button);
});

// Another text is another issue, until one is taken from the list.
document.addEventListener("input", (event) => {
  if (event.target.id !== "worklog-issue") return;
  const form = formOf(event.target);
  form.elements.issue.value = "";
  form.elements.remaining.value = "";
});

document.addEventListener("keydown", (event) => {
  const panel = event.target.closest?.("#panel-form");
  if (!panel) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    event.target.closest("form")?.requestSubmit();
  } else if (event.key === "Escape") {
    close(event.target);
  }
});

document.addEventListener("htmx:error", (event) => {
  const source = event.detail.ctx?.sourceElement;
  const slot = source?.closest?.("#dialog, #panel-form, #settings")?.querySelector(".form-problem");
  const offline = document.getElementById("offline");
  if (!slot || !offline || event.detail.ctx.request?.method === "GET") return;
  const said = document.createElement("div");
  said.setAttribute("role", "alert");
  said.append(offline.content.cloneNode(true));
  slot.replaceChildren(said);
  slot.scrollIntoView({ block: "nearest" });
});

// What had the focus may be gone from what came back: stay inside the dialog, or inside the panel's form.
document.addEventListener("htmx:after:swap", (event) => {
  const panel = document.getElementById("panel-form");
  const box = document.querySelector("#dialog[open]") ?? (panel?.firstElementChild ? panel : null);
  const at = document.activeElement;
  if (box === panel && event.detail.ctx.target !== panel) return;
  if (!box || (at !== box && box.contains(at))) return;
  box.querySelector("[aria-invalid='true'], [data-focus], .dialog-foot .primary")?.focus();
});
