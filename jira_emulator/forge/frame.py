"""The frames in which Jira shows a Forge app, and the context that the bridge gives the app."""

from __future__ import annotations

from typing import Any

from flask import request

from jira_emulator.forge.installation import ForgeInstallation, ForgeModule
from jira_emulator.host.session import theme
from jira_emulator.model import Issue, Person
from jira_emulator.tenant import Tenant

GLOBAL, ADMIN, PANEL = "jira:globalPage", "jira:adminPage", "jira:issuePanel"
SANDBOX = "allow-downloads allow-forms allow-modals allow-pointer-lock allow-same-origin allow-scripts"
ALLOW = "camera; clipboard-write; display-capture; fullscreen; microphone"


def frame_of(
    tenant: Tenant,
    installation: ForgeInstallation,
    module: ForgeModule,
    person: Person,
    base: str = "",
    extension: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the data about a frame for the page around it.

    ``base`` is the path of the app's pages; a panel has none.
    """
    app = installation.app
    local_id = f"ari:cloud:ecosystem::extension/{app.uuid}/{app.environment_id}/static/{module.key}"
    context = {
        "accountId": person.account_id,
        "cloudId": tenant.site.cloud_id,
        "environmentId": app.environment_id,
        "environmentType": app.environment,
        "extension": {"type": module.kind, "location": request.url, **(extension or {})},
        "localId": local_id,
        "locale": person.locale,
        "moduleKey": module.key,
        "siteUrl": tenant.display_url,
        "theme": {"colorMode": theme(tenant, request)},
        "timezone": person.time_zone,
    }
    return {
        "title": app.text(module.title, person.locale),
        "address": app.page_url,
        "sandbox": SANDBOX,
        "allow": ALLOW,
        "data": {"context": context, "extensionId": local_id, "origin": app.origin, "base": base},
    }


def panels_of(
    tenant: Tenant, person: Person, issue: Issue
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Return the frames of the panels on an issue, and keys and titles of those that somebody could add to it."""
    frames: list[dict[str, Any]] = []
    offered: list[tuple[str, str]] = []
    for installation in tenant.forge.usable():
        for module in installation.app.of_kind(PANEL):
            seen = installation.panels.get((module.key, issue.id))
            if seen is None:
                offered.append((module.key, installation.app.text(module.title, person.locale)))
                continue
            installation.panels[module.key, issue.id] = True
            extension = {**_place(issue), "isNewToIssue": not seen}
            frames.append(frame_of(tenant, installation, module, person, extension=extension))
    return frames, offered


def add_panel(tenant: Tenant, key: str, issue: Issue) -> None:
    """Add a panel to an issue, where everybody sees it from now on."""
    for installation in tenant.forge.usable():
        if any(module.key == key for module in installation.app.of_kind(PANEL)):
            installation.panels.setdefault((key, issue.id), False)


def _place(issue: Issue) -> dict[str, Any]:
    kind, project = issue.type, issue.project
    return {
        "issue": {"id": str(issue.id), "key": issue.key, "type": kind.name, "typeId": str(kind.id)},
        "project": {"id": str(project.id), "key": project.key, "type": "software"},
    }
