// No spaces around what is swapped in. A template has a space on either side of its element, and a swap of the element would
// leave both of them beside it: after a day of saves, a row of totals would have thousands of them.

document.addEventListener("htmx:before:swap", (event) => {
  for (const { fragment } of event.detail.tasks) {
    for (const edge of [fragment?.firstChild, fragment?.lastChild]) {
      if (edge instanceof Text && edge.data.trim() === "" && fragment?.childElementCount) edge.remove();
    }
  }
});
