"""Convert a configuration into a document; the order of every list is independent of when objects were created."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.calendar.global_calendar import GlobalCalendar, in_calendar
from timesheet.domain.calendar.leave import Leave, in_turn
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme, in_order
from timesheet.domain.permission import Grant, SitePermissions, Whom
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role
from timesheet.services.ports.transfer import WEEK, Configuration, TeamSetup

FORMAT, VERSION = "open-timesheet-configuration", 1
NOT_WRITTEN = frozenset({"version", "audit_days"})
"""The settings of a site that are not in a file; see ``settings_after``."""

Document = dict[str, Any]


def write_document(configuration: Configuration, keys: Mapping[int, str], *, leaves: bool) -> Document:
    """Return the document; versions, closings, and results of the last sync are left out."""
    settings, rule = configuration.settings, configuration.rule
    document: Document = {
        "format": FORMAT,
        "version": VERSION,
        "settings": {
            **{name: value for name, value in asdict(settings).items() if name not in NOT_WRITTEN},
            "timer_projects": [_project(number, keys) for number in sorted(settings.timers.projects)],
        },
        "periods": {"length": str(rule.length), "start": rule.start.isoformat()},
        "permissions": _permissions(configuration.permissions),
        "legends": [
            _legend(legend) for legend in sorted(configuration.legends, key=_id_of) if legend.changeable
        ],
        "schemes": [_scheme(scheme) for scheme in sorted(configuration.schemes, key=_id_of)],
        "calendars": [_calendar(calendar) for calendar in sorted(configuration.calendars, key=_id_of)],
        "labels": [_label(label) for label in sorted(configuration.labels, key=_id_of)],
        "attributes": [_attribute(one) for one in sorted(configuration.attributes, key=_id_of)],
        "teams": [
            _team(setup, keys) for setup in sorted(configuration.teams, key=lambda setup: setup.team.id)
        ],
    }
    if leaves:
        document["leaves"] = [_leave(leave) for leave in in_turn(configuration.leaves)]
    return document


def _id_of(
    thing: Legend | WorkloadScheme | GlobalCalendar | UserLabel | Attribute | Role | ReportView,
) -> str:
    return thing.id


def _permissions(permissions: SitePermissions) -> Document:
    return {
        "modules": {str(name): _grant(grant) for name, grant in sorted(permissions.modules.items())},
        "site": {str(name): _grant(grant) for name, grant in sorted(permissions.permissions.items())},
    }


def _grant(grant: Grant) -> Document:
    if grant.whom is not Whom.SOME:
        return {"whom": str(grant.whom)}
    return {"whom": str(grant.whom), "groups": sorted(grant.groups), "people": sorted(grant.people)}


def _legend(legend: Legend) -> Document:
    return {
        "id": str(legend.id),
        "title": legend.title,
        "color": legend.color,
        "letter": legend.letter,
    }


def _scheme(scheme: WorkloadScheme) -> Document:
    hours = dict(zip(WEEK, map(_hours, scheme.weekdays), strict=True))
    return {"id": scheme.id, "name": scheme.name, "hours": hours}


def _hours(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def _calendar(calendar: GlobalCalendar) -> Document:
    days = [
        {
            "date": day.date.isoformat(),
            "part": str(day.part),
            "title": day.title,
            "legend": str(day.legend_id),
        }
        for day in in_calendar(calendar.days)
    ]
    return {"id": calendar.id, "name": calendar.name, "days": days}


def _label(label: UserLabel) -> Document:
    return {"id": label.id, "name": label.name, "color": label.color, "people": sorted(label.people)}


def _attribute(attribute: Attribute) -> Document:
    return {
        "id": attribute.id,
        "name": attribute.name,
        "kind": str(attribute.kind),
        "default": attribute.default,
        "required": attribute.required,
        "everywhere": attribute.everywhere,
        "retired": attribute.retired,
        "options": [
            {"id": option.id, "name": option.name, **({"removed": True} if option.removed else {})}
            for option in attribute.options
        ],
    }


def _leave(leave: Leave) -> Document:
    return {
        "person": leave.account_id,
        "date": leave.date.isoformat(),
        "part": str(leave.part),
        "legend": str(leave.legend_id),
    }


def _project(number: int, keys: Mapping[int, str]) -> Document:
    return {"id": number, "key": keys[number]} if number in keys else {"id": number}


def _team(setup: TeamSetup, keys: Mapping[int, str]) -> Document:
    team = setup.team
    return {
        "id": team.id,
        "name": team.name,
        "lead": team.lead,
        "description": team.description,
        "archived": team.archived,
        "default_scheme": team.default_scheme_id,
        "projects": [_project(number, keys) for number in team.scope.project_ids],
        "jql": team.scope.jql,
        "schemes": [_scheme(scheme) for scheme in sorted(setup.schemes, key=_id_of)],
        "roles": [_role(role) for role in sorted(setup.roles, key=_id_of)],
        "members": [_member(member) for member in sorted(setup.members, key=lambda m: m.account_id)],
        "groups": [
            {"group": group.group_id, "roles": sorted(group.role_ids)}
            for group in sorted(setup.groups, key=lambda group: group.group_id)
        ],
        "attributes": sorted(setup.attributes),
        "views": [_view(view) for view in sorted(setup.views, key=_id_of)],
    }


def _view(view: ReportView) -> Document:
    people = {"people": sorted(view.people)} if view.people else {}
    first = {"default": True} if view.default else {}
    return {"id": view.id, "name": view.name, "query": view.query, **people, **first}


def _role(role: Role) -> Document:
    system = {"system": role.system} if role.system else {}
    permissions = sorted(map(str, role.permissions))
    return {"id": role.id, "name": role.name, **system, "permissions": permissions}


def _member(member: Member) -> Document:
    return {
        "person": member.account_id,
        "roles": sorted(member.role_ids),
        "joined": _maybe(member.joined),
        "left": _maybe(member.left),
        "calendar": member.calendar_id,
        "schemes": [
            {"from": _maybe(dated.valid_from), "scheme": dated.scheme_id}
            for dated in in_order(member.schemes)
        ],
        "group": member.group_id,
    }


def _maybe(day: date | None) -> str | None:
    return day.isoformat() if day else None
