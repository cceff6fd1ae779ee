// Menus are details elements: one click elsewhere, one choice or Escape closes them.

const open = () => document.querySelector("details.menu[open]");

document.addEventListener("click", (event) => {
  const menu = open();
  if (menu && (!menu.contains(event.target) || event.target.closest(".menu-items button, .menu-items a"))) {
    menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = open();
  if (!menu || event.key !== "Escape") return;
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary")?.focus();
});
