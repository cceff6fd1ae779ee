/* Light, dark, or what the browser prefers. */
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const page = document.documentElement;

const THEMES = { dark: "dark", light: "light", spacing: "spacing", typography: "typography-refreshed" };

/** The theme as apps get it. */
export function themeNow() {
  const chosen = page.dataset.chosenTheme;
  const preferred = dark.matches ? "dark" : "light";
  return { colorMode: chosen === "auto" ? preferred : chosen, ...THEMES };
}

/** The name of the surface below a frame, as far as that is not the page itself. */
export function surfaceBelow(entry) {
  if (entry.dialog) return "overlay";
  return entry.fills ? undefined : "raised";
}

/** Paint the page and call `changed` with each new theme. */
export function followTheme(changed) {
  const paint = () => {
    page.dataset.colorMode = themeNow().colorMode;
    changed(themeNow());
  };
  dark.addEventListener("change", paint);
  page.dataset.colorMode = themeNow().colorMode;
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
