/* The control page: rules of trouble and the newest calls. */
const NEWEST = 100;

function row(cells, numbers = 0) {
  const line = document.createElement("tr");
  for (const [place, cell] of cells.entries()) {
    const box = document.createElement("td");
    box.textContent = cell ?? "";
    if (place >= cells.length - numbers) box.className = "number";
    line.append(box);
  }
  return line;
}

async function show() {
  const [{ rules }, { totals, calls }] = await Promise.all(
    ["trouble", "calls"].map((name) => fetch(`/_emulator/${name}`).then((answer) => answer.json())),
  );
  document
    .getElementById("rules")
    .replaceChildren(
      ...rules.map((rule) =>
        row([
          rule.effect,
          rule.path,
          rule.method,
          rule.count ?? "∞",
          [rule.status, rule.reason, rule.retry_after, rule.seconds].filter(Boolean).join(" · "),
        ]),
      ),
    );
  document.getElementById("totals").textContent = `${totals.calls} calls, ${totals.points} points`;
  document.getElementById("calls").replaceChildren(
    ...calls
      .slice(-NEWEST)
      .reverse()
      .map((call) =>
        row(
          [
            call.kind,
            `${call.method} ${call.path}${call.trouble ? ` (${call.trouble})` : ""}`,
            call.status || "no answer",
            [call.app_key, call.account_id].filter(Boolean).join(" as "),
            call.points,
            call.ms,
          ],
          2,
        ),
      ),
  );
}

document.getElementById("trouble").addEventListener("submit", async (event) => {
  event.preventDefault();
  const rule = Object.fromEntries(new FormData(event.target));
  for (const name of ["count", "status", "retryAfter", "seconds"]) {
    if (rule[name] === "") delete rule[name];
    else rule[name] = Number(rule[name]);
  }
  const answer = await fetch("/_emulator/trouble", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(rule),
  });
  document.getElementById("problem").textContent = answer.ok ? "" : (await answer.json()).error;
  show();
});
for (const button of document.querySelectorAll("[data-delete]")) {
  button.addEventListener("click", () => fetch(button.dataset.delete, { method: "DELETE" }).then(show));
}
document.getElementById("refresh").addEventListener("click", show);
show();
