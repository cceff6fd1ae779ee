"""The facts of each kind of object, so two states of it can be compared."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from timesheet.domain.duration import format_hm
from timesheet.domain.english import spoken
from timesheet.domain.global_calendar import GlobalCalendar, Part
from timesheet.domain.label import UserLabel
from timesheet.domain.leave import Leave
from timesheet.domain.legend import Legend
from timesheet.domain.period import PeriodRule
from timesheet.domain.permission import (
    MODULE_NAMES,
    SITE_PERMISSION_NAMES,
    TEAM_PERMISSION_NAMES,
    WHOM_NAMES,
    Grant,
    SitePermissions,
    Whom,
)
from timesheet.domain.team import Member, Role, Team
from timesheet.domain.workload_scheme import WorkloadScheme
from timesheet.services.ports.jira import SiteSettings
from timesheet.services.ports.team import TeamGroup
from timesheet.services.ports.transfer import Configuration


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: ``key`` is compared, the rest is displayed: text, account ids of people, ids of groups, ids
    of projects.
    """

    key: str
    text: str = field(default="", compare=False)
    people: tuple[str, ...] = field(default=(), compare=False)
    groups: tuple[str, ...] = field(default=(), compare=False)
    projects: tuple[int, ...] = field(default=(), compare=False)


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of objects in one configuration, by id."""

    legends: Mapping[str, str]
    schemes: Mapping[str, str]
    calendars: Mapping[str, str]


def names_in(configuration: Configuration) -> Names:
    """Return the names of everything that facts refer to."""
    own = (scheme for setup in configuration.teams for scheme in setup.schemes)
    return Names(
        {legend.id: legend.title for legend in configuration.legends},
        {scheme.id: scheme.name for scheme in (*configuration.schemes, *own)},
        {calendar.id: calendar.name for calendar in configuration.calendars},
    )


def of_settings(settings: SiteSettings) -> Facts:
    """Return the facts of the general settings."""
    start = settings.week_start
    spoken_start = "each person’s locale" if start == "locale" else calendar.day_name[int(start)]
    return {
        "Fallback time zone": _plain(settings.fallback_zone),
        "Week starts on": Fact(start, spoken_start),
    }


def of_rule(rule: PeriodRule) -> Facts:
    """Return the facts of the period rule."""
    return {"Length": _plain(str(rule.length)), "Start": _day(rule.start)}


def of_permissions(permissions: SitePermissions) -> Facts:
    """Return the facts of the permissions."""
    modules = {MODULE_NAMES[module]: _grant(grant) for module, grant in permissions.modules.items()}
    held = {SITE_PERMISSION_NAMES[name]: _grant(grant) for name, grant in permissions.permissions.items()}
    return modules | held


def of_legend(legend: Legend) -> Facts:
    """Return the facts of a legend."""
    return {"Title": _plain(legend.title), "Color": _plain(legend.colour), "Letter": _plain(legend.letter)}


def of_scheme(scheme: WorkloadScheme) -> Facts:
    """Return the facts of a workload scheme."""
    hours = {
        calendar.day_name[number]: Fact(str(seconds), format_hm(seconds))
        for number, seconds in enumerate(scheme.weekdays)
    }
    return {"Name": _plain(scheme.name), **hours}


def of_calendar(found: GlobalCalendar, names: Names) -> Facts:
    """Return the facts of a global calendar with its days."""
    days = {
        spoken(day.date) + _half(day.part): Fact(
            f"{day.legend_id} {day.title}", f"{day.title} ({names.legends.get(day.legend_id, '')})"
        )
        for day in found.days
    }
    return {"Name": _plain(found.name), **days}


def of_label(label: UserLabel) -> Facts:
    """Return the facts of a user label and its people."""
    return {
        "Name": _plain(label.name),
        "Color": _plain(label.colour),
        "People": _people(label.people),
    }


def of_leaves(leaves: Iterable[Leave], names: Names) -> Facts:
    """Return the facts of the leaves of one person."""
    return {
        spoken(leave.date) + _half(leave.part): Fact(leave.legend_id, names.legends.get(leave.legend_id, ""))
        for leave in leaves
    }


def of_team(team: Team, names: Names) -> Facts:
    """Return the facts of a team itself."""
    return {
        "Name": _plain(team.name),
        "Lead": _people([team.lead]),
        "Description": _plain(team.description),
        "Projects": Fact(" ".join(map(str, team.scope.project_ids)), projects=team.scope.project_ids),
        "Filter": _plain(team.scope.jql),
        "Default scheme": Fact(team.default_scheme_id, names.schemes.get(team.default_scheme_id, "")),
        "Archived": _plain("yes" if team.archived else "no"),
    }


def of_role(role: Role) -> Facts:
    """Return the facts of a role of a team."""
    permissions = sorted(TEAM_PERMISSION_NAMES[permission] for permission in role.permissions)
    return {"Name": _plain(role.name), "Permissions": _plain(", ".join(permissions) or "none")}


def of_member(member: Member, roles: Mapping[str, str], names: Names) -> Facts:
    """Return the facts of a member of a team; ``roles`` are the names of its roles."""
    schemes = {
        f"Scheme from {spoken(dated.valid_from) if dated.valid_from else 'the beginning'}": Fact(
            dated.scheme_id, names.schemes.get(dated.scheme_id, "")
        )
        for dated in member.schemes
    }
    return {
        "Roles": _roles(member.role_ids, roles),
        "Joined": _day(member.joined),
        "Left": _day(member.left),
        "Calendar": Fact(member.calendar_id or "", names.calendars.get(member.calendar_id or "", "")),
        "By group": Fact(member.group_id or "", groups=(member.group_id,) if member.group_id else ()),
        **schemes,
    }


def of_group(group: TeamGroup, roles: Mapping[str, str]) -> Facts:
    """Return the facts of a Jira group that a team follows."""
    return {"Roles": _roles(group.role_ids, roles)}


def _plain(text: str) -> Fact:
    return Fact(text, text)


def _day(day: date | None) -> Fact:
    return Fact(day.isoformat(), spoken(day)) if day else Fact("")


def _half(part: Part) -> str:
    return "" if part is Part.WHOLE else f", {part.value}"


def _people(account_ids: Iterable[str]) -> Fact:
    listed = tuple(sorted(account_ids))
    return Fact(" ".join(listed), people=listed)


def _roles(role_ids: Iterable[str], names: Mapping[str, str]) -> Fact:
    listed = sorted(role_ids)
    return Fact(" ".join(listed), ", ".join(sorted(names.get(role_id, "") for role_id in listed)))


def _grant(grant: Grant) -> Fact:
    groups, people = tuple(sorted(grant.groups)), tuple(sorted(grant.people))
    key = "|".join((grant.whom, " ".join(groups), " ".join(people)))
    return Fact(key, "" if grant.whom is Whom.SOME else WHOM_NAMES[grant.whom], people, groups)
