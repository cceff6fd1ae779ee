"""The pages of the emulated Jira: projects, issues, apps, administration."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request

from jira_emulator.connect.condition import shows
from jira_emulator.connect.descriptor import DescriptorRefused, Module
from jira_emulator.connect.installation import Installation
from jira_emulator.connect.lifecycle import LifecycleFailed
from jira_emulator.host import listing
from jira_emulator.host.bridge import frame_of
from jira_emulator.host.place import visible_issue, visible_project
from jira_emulator.host.session import LOCALES, signed_in, theme
from jira_emulator.model import Person, Project
from jira_emulator.tenant import Tenant

PANELS = ("jiraIssueContents", "jiraIssueContexts", "jiraIssueGlances", "webPanels")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def host_blueprint(tenant: Tenant) -> Blueprint:
    """Everything a person sees in the browser."""
    views = Blueprint("host", __name__, template_folder="templates")
    site = tenant.site

    @views.before_request
    def need_person() -> Any:
        g.person = signed_in(tenant, request)
        if g.person is None and request.endpoint != "host.choose_person":
            return redirect(f"/login?next={request.full_path.rstrip('?')}")
        if request.host_url.rstrip("/") not in (site.base_url, tenant.display_url):
            return redirect(tenant.display_url + request.full_path.rstrip("?"))
        return None

    @views.after_request
    def harden(response: Response) -> Response:
        origins = " ".join(sorted({app.origin for app in tenant.lifecycle.enabled()}))
        response.headers["Content-Security-Policy"] = _POLICY.format(frames=origins or "'none'")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @views.context_processor
    def chrome() -> dict[str, Any]:
        return _chrome(tenant, g.person)

    @views.get("/login")
    def choose_person() -> str:
        return render_template("login.html", next=request.args.get("next", "/"))

    @views.get("/")
    def home() -> Any:
        return redirect("/jira/projects")

    @views.get("/jira/projects")
    def projects() -> str:
        return render_template("projects.html", projects=listing.projects(site, g.person))

    @views.get("/jira/projects/<key>")
    def project(key: str) -> str:
        found = visible_project(site, g.person, key)
        if found is None:
            abort(404)
        page = max(1, request.args.get("page", 1, int))
        return render_template("project.html", project=found, **listing.issues(site, g.person, found, page))

    @views.get("/jira/search")
    def search() -> str:
        words = request.args.get("q", "").strip()
        return render_template("search.html", words=words, issues=listing.search(site, g.person, words))

    @views.get("/browse/<key>")
    def issue(key: str) -> Any:
        found = visible_issue(site, g.person, key)
        if found is None:
            return make_response(render_template("missing.html"), 404)
        panels = [
            (module, frame_of(tenant, app, g.person, {"module": module.key, "issue.key": found.key}))
            for app, module in _modules(tenant, g.person, *PANELS)
        ]
        return render_template(
            "issue.html",
            issue=found,
            project=found.project,
            panels=panels,
            **listing.issue_details(site, g.person, found),
        )

    @views.get("/plugins/servlet/ac/<app_key>/<module_key>")
    def app_page(app_key: str, module_key: str) -> Any:
        app = tenant.lifecycle.apps.get(app_key)
        if app is None or not app.usable:
            return make_response(render_template("missing.html"), 404)
        frame = frame_of(tenant, app, g.person, {**request.args.to_dict(), "module": module_key})
        module = app.descriptor.module(module_key)
        project = visible_project(site, g.person, request.args.get("project.key", ""))
        return render_template("app.html", frame=frame, module=module, project=project, app=app)

    @views.get("/jira/settings/apps")
    def apps() -> str:
        _administrator(tenant)
        return render_template("apps.html", installed=_installed(tenant), trouble="", descriptor_url="")

    @views.post("/jira/settings/apps")
    def change_apps() -> Any:
        _administrator(tenant)
        try:
            _change(tenant, request.form.get("action", ""), request.form.get("key", ""))
        except (DescriptorRefused, LifecycleFailed) as error:
            page = render_template(
                "apps.html",
                installed=_installed(tenant),
                trouble=str(error),
                descriptor_url=request.form.get("descriptor", ""),
            )
            return make_response(page, 422)
        return redirect("/jira/settings/apps", 303)

    @views.errorhandler(404)
    def missing(_: Exception) -> Any:
        return make_response(render_template("missing.html"), 404)

    return views


def _chrome(tenant: Tenant, person: Person | None) -> dict[str, Any]:
    """What every page shows around its content."""
    people = [one for one in tenant.site.people.values() if one.active and one.account_type == "atlassian"]
    return {
        "site": tenant.site,
        "person": person,
        "people": people,
        "is_admin": person is not None and tenant.site.is_admin(person.account_id),
        "theme": theme(tenant, request),
        "locales": LOCALES,
        "here": request.full_path.rstrip("?"),
        "initials": listing.initials,
        "duration": lambda seconds: listing.duration(tenant.site, seconds),
        "general_pages": [
            pair for pair in _modules(tenant, person, "generalPages") if pair[1].location != "none"
        ],
        "admin_pages": _modules(tenant, person, "adminPages"),
        "nav_projects": listing.projects(tenant.site, person) if person else [],
        "project_pages": lambda project: _project_pages(tenant, person, project),
    }


def _modules(tenant: Tenant, person: Person | None, *kinds: str) -> list[tuple[Installation, Module]]:
    found = [
        (app, module)
        for app in tenant.lifecycle.enabled()
        for module in app.descriptor.modules(*kinds)
        if shows(module, tenant.site, person)
    ]
    return sorted(found, key=lambda pair: pair[1].spec.get("weight", 100))


def _project_pages(tenant: Tenant, person: Person | None, project: Project) -> list[tuple[str, str]]:
    return [
        (
            module.name,
            f"/plugins/servlet/ac/{app.key}/{module.key}?project.key={project.key}&project.id={project.id}",
        )
        for app, module in _modules(tenant, person, "jiraProjectPages")
    ]


def _installed(tenant: Tenant) -> list[Installation]:
    return [app for app in tenant.lifecycle.apps.values() if app.state != "uninstalled"]


def _administrator(tenant: Tenant) -> None:
    if not tenant.site.is_admin(g.person.account_id):
        abort(404)


def _change(tenant: Tenant, action: str, key: str) -> None:
    lifecycle = tenant.lifecycle
    match action:
        case "install":
            lifecycle.install(request.form.get("descriptor", "").strip())
        case "upgrade":
            lifecycle.upgrade(key)
        case "enable":
            lifecycle.enable(key)
        case "disable":
            lifecycle.disable(key)
        case "uninstall":
            lifecycle.uninstall(key)
        case "rotate":
            lifecycle.rotate_secret(key)
        case _:
            abort(400)
