// A workload scheme: a preset fills the seven days, as if somebody had typed them.

document.addEventListener("click", (event) => {
  const preset = event.target.closest("[data-preset]");
  if (!preset) return;
  const boxes = [...document.querySelectorAll('.weekdays input[name^="weekday-"]')];
  preset.dataset.preset.split(",").forEach((hours, number) => {
    boxes[number].value = hours;
  });
  boxes[0]?.dispatchEvent(new Event("input", { bubbles: true }));
});
