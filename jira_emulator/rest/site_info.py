"""The site itself: server information and time tracking settings."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from jira_emulator.model import Json
from jira_emulator.render import format_time
from jira_emulator.rest.api import Answer, Api
from jira_emulator.rest.call import Call

BUILT_MS = 1_750_000_000_000
_COLORS = ("#0052CC", "#5E4DB2", "#216E4E", "#974F0C", "#AE2E24", "#206A83")


def register(api: Api) -> None:
    """Register these resources."""
    api.route("GET", "/serverInfo", anonymous=True)(server_info)
    api.route("GET", "/configuration")(configuration)
    api.route("GET", "/configuration/timetracking")(provider)
    api.route("GET", "/configuration/timetracking/options")(options)
    api.route("GET", "/universal_avatar/view/type/<kind>/owner/<owner>")(avatar)


def server_info(call: Call) -> Answer:
    """Return version, address, and clock."""
    return {
        "baseUrl": call.site.base_url,
        "displayUrl": call.site.base_url,
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100299,
        "buildDate": format_time(BUILT_MS, call.render.zone),
        "serverTime": call.render.time(call.site.now_ms()),
        "scmInfo": "emulated",
        "serverTitle": call.site.name,
        "serverTimeZone": call.site.time_zone,
    }


def configuration(call: Call) -> Answer:
    """Return the enabled features; time tracking values are left out if it is off."""
    enabled = call.site.time_tracking.enabled
    answer: Json = {
        "votingEnabled": True,
        "watchingEnabled": True,
        "unassignedIssuesAllowed": True,
        "subTasksEnabled": True,
        "issueLinkingEnabled": True,
        "timeTrackingEnabled": enabled,
        "attachmentsEnabled": True,
    }
    return answer | {"timeTrackingConfiguration": _options(call)} if enabled else answer


def provider(call: Call) -> Answer:
    """Return Jira's own time tracking, or 204 if it is off. For administrators."""
    call.require_admin()
    if not call.site.time_tracking.enabled:
        return None, 204
    address = f"{call.site.base_url}/plugins/servlet/timetracking"
    return {"key": "JIRA", "name": "JIRA provided time tracking", "url": address}


def options(call: Call) -> Answer:
    """Return the time tracking settings. For administrators."""
    call.require_admin()
    return _options(call)


def avatar(call: Call, kind: str, owner: str) -> Answer:
    """Return a square with the initials of a person or project."""
    person, project = call.site.people.get(owner), call.site.find_project(owner)
    name = person.display_name if person else project.name if project else kind
    letters = "".join(word[0] for word in name.split()[:2]).upper()
    color = _COLORS[sum(owner.encode()) % len(_COLORS)]
    size = min(max(call.number("size", 48), 16), 256)
    text = quote(letters) if not letters.isalnum() else letters
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" rx="{24 if kind == "user" else 6}" fill="{color}"/>'
        f'<text x="24" y="31" font-family="sans-serif" font-size="19" fill="#fff" text-anchor="middle">{text}</text>'
        "</svg>"
    )
    return Response(picture, mimetype="image/svg+xml")


def _options(call: Call) -> Json:
    tracking = call.site.time_tracking
    return {
        "workingHoursPerDay": tracking.hours_per_day,
        "workingDaysPerWeek": tracking.days_per_week,
        "timeFormat": tracking.format,
        "defaultUnit": tracking.unit,
    }
