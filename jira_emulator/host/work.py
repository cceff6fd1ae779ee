"""Pages about work: projects, issues, search."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request

from jira_emulator.forge.frame import add_panel, panels_of
from jira_emulator.host import listing
from jira_emulator.host.chrome import visible_modules
from jira_emulator.host.frames import frame_of
from jira_emulator.host.place import visible_issue, visible_project
from jira_emulator.tenant import Tenant

CONTEXTS = ("jiraIssueContexts", "jiraIssueGlances")


def register(views: Blueprint, tenant: Tenant) -> None:
    """Register the pages."""
    site = tenant.site

    @views.get("/")
    def home() -> Any:
        return redirect("/jira/projects")

    @views.get("/jira/projects")
    def projects() -> str:
        return render_template("projects.html", projects=listing.projects(site, g.person))

    @views.get("/jira/projects/<key>")
    def project(key: str) -> str:
        found = visible_project(site, g.person, key) or abort(404)
        page = max(1, request.args.get("page", 1, int))
        return render_template("project.html", project=found, **listing.issues(site, g.person, found, page))

    @views.get("/jira/search")
    def search() -> str:
        words = request.args.get("q", "").strip()
        return render_template("search.html", words=words, issues=listing.search(site, g.person, words))

    @views.get("/browse/<key>")
    def issue(key: str) -> str:
        found = visible_issue(site, g.person, key) or abort(404)
        with site.lock:
            site.viewed.setdefault(g.person.account_id, {})[found.id] = site.now_ms()
        modules = partial(visible_modules, tenant, g.person)
        panels = [
            (app, module, frame_of(tenant, app, g.person, {"module": module.key, "issue.key": found.key}))
            for app, module in modules("webPanels")
            if module.location.startswith("atl.jira.view.issue.")
        ]
        forge_panels, offered = panels_of(tenant, g.person, found)
        details = listing.issue_details(site, g.person, found)
        return render_template(
            "issue.html",
            issue=found,
            project=found.project,
            panels=panels,
            contents=modules("jiraIssueContents"),
            contexts=modules(*CONTEXTS),
            forge_panels=forge_panels,
            offered=offered,
            **details,
        )

    @views.post("/browse/<key>/panels")
    def choose_panel(key: str) -> Any:
        found = visible_issue(site, g.person, key) or abort(404)
        add_panel(tenant, request.form.get("module", ""), found)
        return redirect(f"/browse/{found.key}", 303)
