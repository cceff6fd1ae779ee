/* Flags: short messages in the corner. */
const LIFE_MS = 8000;
const shown = new Map();
let last = 0;

/** Show a flag and return its id; `notify(name, data)` is called for its actions and when it closes. */
export function showFlag(spec, notify) {
  const id = String(++last);
  const flag = document.createElement("section");
  flag.className = `flag flag-${["info", "success", "warning", "error"].includes(spec.type) ? spec.type : "info"}`;
  flag.setAttribute("role", spec.type === "error" ? "alert" : "status");
  flag.append(text("strong", spec.title || ""), text("p", spec.body || ""));
  const actions = document.createElement("div");
  actions.className = "flag-actions";
  for (const [key, label] of Object.entries(spec.actions || {})) {
    const button = text("button", String(label));
    button.type = "button";
    button.addEventListener("click", () =>
      notify("flag.action", { flagIdentifier: id, actionIdentifier: key }),
    );
    actions.append(button);
  }
  if (actions.children.length) flag.append(actions);
  if (spec.close !== "never") flag.append(closer(id));
  document.getElementById("flags").prepend(flag);
  shown.set(id, { flag, notify });
  if (spec.close === "auto") setTimeout(() => closeFlag(id), LIFE_MS);
  return id;
}

export function closeFlag(id) {
  const entry = shown.get(id);
  if (!entry) return;
  shown.delete(id);
  entry.flag.remove();
  entry.notify("flag.close", { flagIdentifier: id });
}

function closer(id) {
  const button = text("button", "×");
  button.type = "button";
  button.className = "flag-close";
  button.setAttribute("aria-label", "Dismiss");
  button.addEventListener("click", () => closeFlag(id));
  return button;
}

function text(tag, words) {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}
