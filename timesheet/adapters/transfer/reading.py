"""Convert JSON into values, with one function for each kind of object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from timesheet.domain.attribute.attribute import Attribute, Kind, Option
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import DatedScheme, WorkloadScheme
from timesheet.domain.period.period import PeriodLength, PeriodRule
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions, Whom
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Scope, Team, TeamPermission
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.ports.stores import TeamGroup
from timesheet.services.ports.transfer import WEEK, Imported, TeamSetup

Json = Mapping[str, Any]


def read_document(document: Json) -> Imported:
    """Return the values of a document that satisfies the schema."""
    settings, periods, permissions = (document.get(name) for name in ("settings", "periods", "permissions"))
    teams = document.get("teams")
    return Imported(
        settings=_settings(settings) if settings else None,
        rule=PeriodRule(PeriodLength(periods["length"]), _day(periods["start"])) if periods else None,
        permissions=_permissions(permissions) if permissions else None,
        legends=_each(document.get("legends"), _legend),
        schemes=_each(document.get("schemes"), _scheme),
        calendars=_each(document.get("calendars"), _calendar),
        labels=_each(document.get("labels"), _label),
        attributes=_each(document.get("attributes"), _attribute),
        teams=_each(teams, _team),
        leaves=_each(document.get("leaves"), _leave),
        project_keys={
            int(project["id"]): project["key"]
            for project in (
                *(project for team in teams or () for project in team.get("projects", ())),
                *(settings or {}).get("timer_projects", ()),
            )
            if "key" in project
        },
    )


def _each(items: Any, read: Any) -> Any:
    return None if items is None else tuple(read(item) for item in items)


def _settings(settings: Json) -> SiteSettings:
    # Files of earlier versions have no language, and nothing about timers.
    projects = ",".join(str(int(project["id"])) for project in settings.get("timer_projects", ()))
    return SiteSettings(**{**settings, "timer_projects": projects})


def _permissions(value: Json) -> SitePermissions:
    modules, site = value.get("modules", {}), value.get("site", {})
    return SitePermissions(
        {Module(name): _grant(grant) for name, grant in modules.items()},
        {SitePermission(name): _grant(grant) for name, grant in site.items()},
    )


def _grant(value: Json) -> Grant:
    return Grant(Whom(value["whom"]), frozenset(value.get("groups", ())), frozenset(value.get("people", ())))


def _legend(value: Json) -> Legend:
    return Legend(value["id"], value["title"], value["color"], value["letter"])


def _scheme(value: Json) -> WorkloadScheme:
    one, two, three, four, five, six, seven = (_seconds(value["hours"][day]) for day in WEEK)
    return WorkloadScheme(value["id"], value["name"], (one, two, three, four, five, six, seven))


def _seconds(text: str) -> int:
    hours, minutes, seconds = (*map(int, text.split(":")), 0)[:3]
    return hours * 3600 + minutes * 60 + seconds


def _calendar(value: Json) -> GlobalCalendar:
    days = (
        NonWorkingDay(_day(day["date"]), day["title"], day["legend"], _part(day)) for day in value["days"]
    )
    return GlobalCalendar(value["id"], value["name"], tuple(days))


def _label(value: Json) -> UserLabel:
    return UserLabel(value["id"], value["name"], value["color"], frozenset(value["people"]))


def _attribute(value: Json) -> Attribute:
    return Attribute(
        id=value["id"],
        name=value["name"],
        kind=Kind(value["kind"]),
        default=value.get("default", ""),
        required=value.get("required", False),
        everywhere=value.get("everywhere", False),
        retired=value.get("retired", False),
        options=tuple(
            Option(one["id"], one["name"], one.get("removed", False)) for one in value.get("options", ())
        ),
    )


def _leave(value: Json) -> Leave:
    return Leave(value["person"], _day(value["date"]), value["legend"], _part(value))


def _team(value: Json) -> TeamSetup:
    team_id = value["id"]
    scope = Scope(tuple(int(project["id"]) for project in value.get("projects", ())), value.get("jql", ""))
    default = value.get("default_scheme", "")
    description, archived = value.get("description", ""), value.get("archived", False)
    return TeamSetup(
        team=Team(
            id=team_id,
            name=value["name"],
            lead=value["lead"],
            default_scheme_id=default,
            description=description,
            scope=scope,
            archived=archived,
        ),
        roles=tuple(_role(team_id, role) for role in value["roles"]),
        schemes=tuple(_scheme(scheme) for scheme in value.get("schemes", ())),
        members=tuple(_member(team_id, member) for member in value["members"]),
        groups=tuple(
            TeamGroup(team_id, group["group"], frozenset(group["roles"])) for group in value.get("groups", ())
        ),
        attributes=frozenset(value.get("attributes", ())),
        views=tuple(_view(team_id, view) for view in value.get("views", ())),
    )


def _view(team_id: str, value: Json) -> ReportView:
    return ReportView(
        value["id"],
        value["name"],
        value["query"],
        team_id=team_id,
        people=frozenset(value.get("people", ())),
        default=value.get("default", False),
    )


def _role(team_id: str, value: Json) -> Role:
    permissions = frozenset(map(TeamPermission, value["permissions"]))
    return Role(value["id"], team_id, value["name"], permissions, value.get("system"))


def _member(team_id: str, value: Json) -> Member:
    return Member(
        team_id=team_id,
        account_id=value["person"],
        role_ids=frozenset(value["roles"]),
        joined=_maybe_day(value.get("joined")),
        left=_maybe_day(value.get("left")),
        calendar_id=value.get("calendar"),
        schemes=tuple(
            DatedScheme(_maybe_day(dated["from"]), dated["scheme"]) for dated in value.get("schemes", ())
        ),
        group_id=value.get("group"),
    )


def _part(value: Json) -> Part:
    return Part(value.get("part", Part.WHOLE))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _maybe_day(text: str | None) -> date | None:
    return None if text is None else _day(text)
