/* The small form on an issue that logs work through the REST API. */
for (const form of document.querySelectorAll("form[data-log-work]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector(".form-error");
    const comment = form.elements.comment.value.trim();
    const body = { timeSpent: form.elements.timeSpent.value };
    if (comment)
      body.comment = {
        type: "doc",
        version: 1,
        content: [{ type: "paragraph", content: [{ type: "text", text: comment }] }],
      };
    body.started = new Date().toISOString().replace("Z", "+0000");
    const answer = await fetch(`/rest/api/3/issue/${encodeURIComponent(form.dataset.logWork)}/worklog`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      window.location.reload();
      return;
    }
    const problem = await answer.json().catch(() => ({}));
    trouble.textContent =
      [...(problem.errorMessages || []), ...Object.values(problem.errors || {})].join(" ") ||
      `Jira answered ${answer.status}`;
    trouble.hidden = false;
  });
}
