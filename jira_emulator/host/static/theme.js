/* Light, dark, or what the browser prefers. */
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const page = document.documentElement;

/** What `AP.theming` answers. */
export function themeNow() {
  const chosen = page.dataset.chosenTheme;
  const preferred = dark.matches ? "dark" : "light";
  return { mode: chosen === "auto" ? preferred : chosen, themes: "light:light dark:dark" };
}

/** Paint the page and call `changed` with each new theme. */
export function followTheme(changed) {
  const paint = () => {
    page.dataset.colorMode = themeNow().mode;
    changed(themeNow());
  };
  dark.addEventListener("change", paint);
  page.dataset.colorMode = themeNow().mode;
  for (const form of document.querySelectorAll("form[data-theme-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      choose(form, event.submitter.value);
      paint();
    });
  }
}

function choose(form, theme) {
  page.dataset.chosenTheme = theme;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  fetch(form.action, { method: "POST", body: new URLSearchParams({ theme, next: "/" }), redirect: "manual" });
}
