"""Pages about apps: a module in its frame, and app administration."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, make_response, redirect, render_template, request

from jira_emulator.connect.descriptor import DescriptorRefused
from jira_emulator.connect.installation import State
from jira_emulator.connect.lifecycle import LifecycleFailed
from jira_emulator.host.frames import frame_of
from jira_emulator.host.place import visible_project
from jira_emulator.tenant import Tenant


def register(views: Blueprint, tenant: Tenant) -> None:
    """Register the pages."""

    @views.get("/plugins/servlet/ac/<app_key>/<module_key>")
    def app_page(app_key: str, module_key: str) -> str:
        app = tenant.lifecycle.apps.get(app_key)
        if app is None or not app.usable:
            abort(404)
        frame = frame_of(tenant, app, g.person, {**request.args.to_dict(), "module": module_key})
        module = app.descriptor.module(module_key)
        project = visible_project(tenant.site, g.person, request.args.get("project.key", ""))
        return render_template("app.html", frame=frame, module=module, project=project, app=app)

    @views.get("/jira/settings/apps")
    def manage_apps() -> str:
        _administrators_only(tenant)
        return render_template("apps.html", **_installed(tenant), trouble="", descriptor_url="")

    @views.post("/jira/settings/apps")
    def change_apps() -> Any:
        _administrators_only(tenant)
        descriptor_url = request.form.get("descriptor", "").strip()
        try:
            _change(tenant, request.form.get("action", ""), request.form.get("key", ""), descriptor_url)
        except (DescriptorRefused, LifecycleFailed) as error:
            page = render_template(
                "apps.html", **_installed(tenant), trouble=str(error), descriptor_url=descriptor_url
            )
            return make_response(page, 422)
        return redirect("/jira/settings/apps", 303)


def _installed(tenant: Tenant) -> dict[str, Any]:
    connect = [app for app in tenant.lifecycle.apps.values() if app.state is not State.UNINSTALLED]
    return {"installed": connect, "forge_apps": tenant.forge.usable()}


def _administrators_only(tenant: Tenant) -> None:
    if not tenant.site.is_admin(g.person.account_id):
        abort(404)


def _change(tenant: Tenant, action: str, key: str, descriptor_url: str) -> None:
    lifecycle = tenant.lifecycle
    match action:
        case "install":
            lifecycle.install(descriptor_url)
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
        case "uninstall-forge":
            tenant.forge.uninstall(tenant.forge.installed.get(key) or abort(404))
        case _:
            abort(400)
