"""The frame that every page of the emulated Jira shows around its content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from jira_emulator.connect.condition import shows
from jira_emulator.connect.descriptor import Module
from jira_emulator.connect.installation import Installation
from jira_emulator.host import listing
from jira_emulator.host.session import LOCALES, theme
from jira_emulator.model import Person, Project
from jira_emulator.tenant import Tenant


def chrome(tenant: Tenant, person: Person | None) -> dict[str, Any]:
    """Return the variables of every template."""
    locale = person.locale if person else ""
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
            pair for pair in visible_modules(tenant, person, "generalPages") if pair[1].location != "none"
        ],
        "forge_pages": forge_pages(tenant, locale),
        "admin_pages": visible_modules(tenant, person, "adminPages"),
        "nav_projects": listing.projects(tenant.site, person) if person else [],
        "icon_of": icon_of,
        "named": lambda app, bean: app.descriptor.text(bean, locale),
        "project_pages": lambda project: _project_pages(tenant, person, project),
    }


def visible_modules(tenant: Tenant, person: Person | None, *kinds: str) -> list[tuple[Installation, Module]]:
    """Return the modules of enabled apps whose conditions are met for a person, light ones first."""
    found = [
        (app, module)
        for app in tenant.lifecycle.enabled()
        for module in app.descriptor.modules(*kinds)
        if shows(module, tenant.site, person)
    ]
    return sorted(found, key=lambda pair: pair[1].spec.get("weight", 100))


def forge_pages(tenant: Tenant, locale: str) -> list[tuple[str, str]]:
    """Return title and address of the pages of Forge apps, in the language of a person."""
    return [
        (installation.app.text(title, locale), f"{installation.base}/{route}")
        for installation in tenant.forge.usable()
        for module in installation.app.of_kind("jira:globalPage")
        for title, route in (module.pages or ((module.title, ""),))
    ]


def icon_of(app: Installation, module: Module) -> str:
    """Return the address of a module's icon, which the browser loads from the app; empty without an icon."""
    icon = module.spec.get("icon")
    url = str(icon.get("url", "")) if isinstance(icon, Mapping) else ""
    return app.address(url) if url.startswith("/") else url


def _project_pages(tenant: Tenant, person: Person | None, project: Project) -> list[tuple[str, str]]:
    place = f"project.key={project.key}&project.id={project.id}"
    return [
        (
            app.descriptor.text(module.spec.get("name"), person.locale if person else ""),
            f"/plugins/servlet/ac/{app.key}/{module.key}?{place}",
        )
        for app, module in visible_modules(tenant, person, "jiraProjectPages")
    ]
