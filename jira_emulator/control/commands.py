"""The changes that the control API makes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from jira_emulator.cloud import Cloud
from jira_emulator.connect.frame import context_token, page_url
from jira_emulator.host.place import place_of
from jira_emulator.issue.issue import move_issue
from jira_emulator.model import Person
from jira_emulator.tenant import Tenant

MOST_LAG_SECONDS = 3600


def change_clock(cloud: Cloud, body: Mapping[str, Any]) -> None:
    """Move the clock with ``{"seconds": n}``, or return to real time with ``{"reset": true}``."""
    if body.get("reset"):
        cloud.clock.reset()
    cloud.clock.travel(float(body.get("seconds", 0)))


def change_limits(tenant: Tenant, body: Mapping[str, Any]) -> None:
    """Change limits with ``{"on": bool, "pointsPerHour": n}``."""
    tenant.limits.on = bool(body.get("on", tenant.limits.on))
    tenant.cloud.quota.limit = int(body.get("pointsPerHour", tenant.cloud.quota.limit))


def change_search(tenant: Tenant, body: Mapping[str, Any]) -> None:
    """Change the search with ``{"lagSeconds": n, "unsteady": bool, "seed": n, "catchUp": bool}``. Raise
    TypeError or ValueError.
    """
    index = tenant.site.index
    seconds, seed = float(body.get("lagSeconds", index.lag_ms / 1000)), int(body.get("seed", index.seed))
    if not 0 <= seconds <= MOST_LAG_SECONDS:
        raise ValueError(f"lagSeconds must be 0 to {MOST_LAG_SECONDS}")
    with tenant.site.lock:
        index.lag_ms, index.seed = round(seconds * 1000), seed
        index.unsteady = bool(body.get("unsteady", index.unsteady))
        if body.get("catchUp"):
            index.catch_up()


def change_person(tenant: Tenant, body: Mapping[str, Any]) -> Person | None:
    """Change a person with ``{"accountId", "locale": "de_DE", "timeZone", "active"}``; return None for an
    unknown one. Raise ValueError or KeyError.
    """
    person = tenant.site.people.get(str(body.get("accountId", "")))
    if person is not None:
        zone = str(body.get("timeZone", person.time_zone))
        ZoneInfo(zone)
        with tenant.site.lock:
            person.time_zone, person.locale = zone, str(body.get("locale", person.locale))
            person.active = bool(body.get("active", person.active))
    return person


def change_project(tenant: Tenant, body: Mapping[str, Any]) -> bool:
    """Change a project with ``{"key": "PAY", "archived": bool}``; return whether it exists."""
    project = tenant.site.find_project(str(body.get("key", "")))
    if project is not None:
        with tenant.site.lock:
            project.archived = bool(body.get("archived", project.archived))
    return project is not None


def change_issue(tenant: Tenant, body: Mapping[str, Any]) -> bool:
    """Move an issue with ``{"key": "PAY-1", "project": "WEB", "by": account id}``; return whether both exist."""
    site = tenant.site
    issue = site.find_issue(str(body.get("key", "")))
    project = site.find_project(str(body.get("project", "")))
    if issue is None or project is None:
        return False
    with site.lock:
        move_issue(site, issue, project, str(body.get("by", issue.reporter)))
    return True


def change_webhooks(tenant: Tenant, body: Mapping[str, Any]) -> bool:
    """Change webhooks with ``{"retrySeconds": n, "flush": bool}``; return whether no event is left to deliver."""
    tenant.webhooks.retry_seconds = float(body.get("retrySeconds", tenant.webhooks.retry_seconds))
    return tenant.webhooks.flush() if body.get("flush") else True


def change_site(tenant: Tenant, body: Mapping[str, Any]) -> None:
    """Rename (``baseUrl``), import (``newClientKey``), set ``locale`` or ``timeTracking``.

    Raise LifecycleFailed or ValueError.
    """
    tracking = body.get("timeTracking", {})
    for name, attribute in (
        ("enabled", "enabled"),
        ("workingHoursPerDay", "hours_per_day"),
        ("workingDaysPerWeek", "days_per_week"),
        ("timeFormat", "format"),
        ("defaultUnit", "unit"),
    ):
        if name in tracking:
            setattr(tenant.site.time_tracking, attribute, tracking[name])
    if "locale" in body:
        tenant.site.locale = str(body["locale"])
    if body.get("newClientKey"):
        tenant.replace_client_key(str(uuid.uuid4()))
    if "baseUrl" in body:
        tenant.rename(str(body["baseUrl"]))


def page_urls(tenant: Tenant, key: str, values: Mapping[str, str]) -> dict[str, str] | None:
    """Return a module's iframe URL and a context token for ``person`` (account id), None if one of them does
    not exist.
    """
    app = tenant.lifecycle.apps.get(key)
    person = tenant.site.people.get(values.get("person", ""))
    module = app.descriptor.module(values.get("module", "")) if app is not None and app.usable else None
    if app is None or module is None or person is None:
        return None
    place = place_of(tenant.site, person, values)
    return {
        "url": page_url(tenant, app, module, person, place),
        "contextToken": context_token(tenant, app, person, place),
    }
