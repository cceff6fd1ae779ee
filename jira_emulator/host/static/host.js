/* The host page: mounts the frames of apps, answers what they ask, and moves the menus. */
import { actions } from "./actions.js";
import { all, entryOf, mount, notify, post } from "./frames.js";
import { fullState } from "./place.js";
import { followTheme, surfaceBelow } from "./theme.js";

/** Answer a call, if it comes from one of our frames while that shows a page of its app. */
async function receive(message) {
  const entry = entryOf(message.source);
  const data = message.data;
  if (!entry || message.origin !== entry.spec.origin) return;
  if (data?.connect !== 1 || data.type !== "call" || data.channel !== entry.spec.channel) return;
  try {
    if (!Object.hasOwn(actions, data.name)) throw new Error(`AP.${data.name} is not known here`);
    const value = await actions[data.name](entry, ...(Array.isArray(data.args) ? data.args : []));
    post(entry, { type: "answer", id: data.id, ok: true, value: value === undefined ? null : value });
  } catch (error) {
    post(entry, { type: "answer", id: data.id, ok: false, error: String(error.message || error) });
  }
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!except || !menu.contains(except)) menu.removeAttribute("open");
  }
}

window.addEventListener("message", receive);
window.addEventListener("popstate", () => {
  for (const entry of all()) post(entry, { type: "popstate", state: fullState() });
});
followTheme((theme) => {
  for (const entry of all().filter((one) => one.themed)) {
    notify(entry, "theme_changed", [{ newTheme: theme, surface: surfaceBelow(entry) }]);
  }
});
for (const holder of document.querySelectorAll("[data-frame]")) {
  mount(holder, JSON.parse(holder.dataset.frame), { fills: holder.classList.contains("ap-page") });
}
for (const select of document.querySelectorAll("select[data-submit]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
document.addEventListener("click", (event) => closeMenus(event.target));
window.addEventListener("blur", () => closeMenus());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
});
