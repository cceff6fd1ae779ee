"""The facts of each kind of object, so two states of it can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from timesheet.domain.attribute.attribute import KIND_NAMES, Attribute
from timesheet.domain.calendar.global_calendar import GlobalCalendar, Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WEEKDAY_NAMES, WorkloadScheme
from timesheet.domain.figures import HOURS_AND_MINUTES
from timesheet.domain.language import ENGLISH, LANGUAGES
from timesheet.domain.message import message
from timesheet.domain.period.period import LENGTH_NAMES, PeriodRule
from timesheet.domain.permission import (
    MODULE_NAMES,
    SITE_PERMISSION_NAMES,
    TEAM_PERMISSION_NAMES,
    WHOM_NAMES,
    Grant,
    SitePermissions,
    Whom,
)
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role
from timesheet.domain.timer import TIMER_ROUNDING_NAMES
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.ports.stores import TeamGroup
from timesheet.services.ports.transfer import Configuration, TeamSetup
from timesheet.services.site.setting import SETTING_NAMES, WEEK_START_NAMES


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: ``key`` is compared, the rest is displayed: a text, account ids of people, ids of groups,
    ids of projects, or several texts, which are sorted unless they are ``in_order``.
    """

    key: str
    text: str = field(default="", compare=False)
    people: tuple[str, ...] = field(default=(), compare=False)
    groups: tuple[str, ...] = field(default=(), compare=False)
    projects: tuple[int, ...] = field(default=(), compare=False)
    texts: tuple[str, ...] = field(default=(), compare=False)
    in_order: bool = field(default=False, compare=False)


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class ObjectNames:
    """The names of objects in one configuration, by id."""

    legends: Mapping[str, str]
    schemes: Mapping[str, str]
    calendars: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    teams: Mapping[str, str]
    labels: Mapping[str, str]
    roles: Mapping[str, str]

    def attribute(self, id_: str) -> str | None:
        """Return the name of an attribute; None if there is none with this id."""
        found = self.attributes.get(id_)
        return found.name if found else None


def names_in(configuration: Configuration) -> ObjectNames:
    """Return the names of everything that facts refer to."""
    own = (scheme for setup in configuration.teams for scheme in setup.schemes)
    return ObjectNames(
        legends={legend.id: legend.title for legend in configuration.legends},
        schemes={scheme.id: scheme.name for scheme in (*configuration.schemes, *own)},
        calendars={calendar.id: calendar.name for calendar in configuration.calendars},
        attributes={attribute.id: attribute for attribute in configuration.attributes},
        teams={setup.team.id: setup.team.name for setup in configuration.teams},
        labels={label.id: label.name for label in configuration.labels},
        roles={role.id: role.title for setup in configuration.teams for role in setup.roles},
    )


def of_settings(settings: SiteSettings) -> Facts:
    """Return the facts of the general settings."""
    start, rounding, language = settings.week_start, settings.timer_rounding, settings.language
    facts = {
        "fallback_zone": _plain(settings.fallback_zone),
        "week_start": Fact(start, WEEK_START_NAMES.get(start, start)),
        "language": Fact(language, LANGUAGES.get(language or ENGLISH, language)),
        "timer_rounding": Fact(rounding, TIMER_ROUNDING_NAMES.get(rounding, rounding)),
        "timer_projects": Fact(
            settings.timer_projects.replace(",", " "), projects=tuple(sorted(settings.timers.projects))
        ),
    }
    return {SETTING_NAMES[name]: fact for name, fact in facts.items()}


def of_rule(rule: PeriodRule) -> Facts:
    """Return the facts of the period rule."""
    return {
        message("Length"): Fact(str(rule.length), LENGTH_NAMES[rule.length]),
        message("Start"): _day(rule.start),
    }


def of_permissions(permissions: SitePermissions) -> Facts:
    """Return the facts of the permissions."""
    modules = {MODULE_NAMES[module]: _grant(grant) for module, grant in permissions.modules.items()}
    permission_facts = {
        SITE_PERMISSION_NAMES[name]: _grant(grant) for name, grant in permissions.permissions.items()
    }
    return modules | permission_facts


def of_legend(legend: Legend) -> Facts:
    """Return the facts of a legend."""
    return {
        message("Title"): _plain(legend.title),
        message("Color"): _plain(legend.color),
        message("Letter"): _plain(legend.letter),
    }


def of_scheme(scheme: WorkloadScheme) -> Facts:
    """Return the facts of a workload scheme."""
    hours: dict[str, Fact] = {
        WEEKDAY_NAMES[number]: Fact(str(seconds), HOURS_AND_MINUTES.show_with_seconds(seconds))
        for number, seconds in enumerate(scheme.weekdays)
    }
    return {message("Name"): _plain(scheme.name), **hours}


def of_calendar(found: GlobalCalendar, names: ObjectNames) -> Facts:
    """Return the facts of a global calendar with its days."""
    days = {
        _date(day.date, day.part): Fact(
            f"{day.legend_id} {day.title}", f"{day.title} ({names.legends.get(day.legend_id, '')})"
        )
        for day in found.days
    }
    return {message("Name"): _plain(found.name), **days}


def of_label(label: UserLabel) -> Facts:
    """Return the facts of a user label and its people."""
    return {
        message("Name"): _plain(label.name),
        message("Color"): _plain(label.color),
        message("People"): _people(label.people),
    }


def of_attribute(attribute: Attribute) -> Facts:
    """Return the facts of an attribute of worklogs."""
    names = {option.id: option.name for option in attribute.options}
    return {
        message("Name"): _plain(attribute.name),
        message("Type"): Fact(str(attribute.kind), KIND_NAMES[attribute.kind]),
        message("Options"): _in_order(option.name for option in attribute.offered),
        message("Default"): Fact(attribute.default, names.get(attribute.default, attribute.default)),
        message("Required"): _yes(yes=attribute.required),
        message("For everybody"): _yes(yes=attribute.everywhere),
        message("Retired"): _yes(yes=attribute.retired),
    }


def _yes(*, yes: bool) -> Fact:
    return Fact("yes", message("yes")) if yes else Fact("no", message("no"))


def of_leaves(leaves: Iterable[Leave], names: ObjectNames) -> Facts:
    """Return the facts of the leaves of one person."""
    return {
        _date(leave.date, leave.part): Fact(leave.legend_id, names.legends.get(leave.legend_id, ""))
        for leave in leaves
    }


def of_team(setup: TeamSetup, names: ObjectNames) -> Facts:
    """Return the facts of a team itself, and the attributes that it chose."""
    team = setup.team
    return {
        message("Name"): _plain(team.name),
        message("Lead"): _people([team.lead]),
        message("Description"): _plain(team.description),
        message("Projects"): Fact(
            " ".join(map(str, team.scope.project_ids)), projects=team.scope.project_ids
        ),
        message("Filter"): _plain(team.scope.jql),
        message("Default scheme"): Fact(
            team.default_scheme_id, names.schemes.get(team.default_scheme_id, "")
        ),
        message("Archived"): _yes(yes=team.archived),
        message("Attributes"): Fact(
            " ".join(sorted(setup.attributes)),
            texts=tuple(names.attribute(id_) or id_ for id_ in setup.attributes),
        ),
    }


def of_role(role: Role) -> Facts:
    """Return the facts of a role of a team."""
    permissions = sorted(TEAM_PERMISSION_NAMES[permission] for permission in role.permissions)
    permission_fact = Fact(", ".join(permissions), texts=tuple(permissions) or (message("none"),))
    return {message("Name"): Fact(role.name, role.title), message("Permissions"): permission_fact}


def of_member(member: Member, roles: Mapping[str, str], names: ObjectNames) -> Facts:
    """Return the facts of a member of a team; ``roles`` are the names of its roles."""
    schemes: dict[str, Fact] = {
        (
            message("Scheme from {day}", day=dated.valid_from)
            if dated.valid_from
            else message("Scheme from the beginning")
        ): Fact(dated.scheme_id, names.schemes.get(dated.scheme_id, ""))
        for dated in member.schemes
    }
    return {
        message("Roles"): _roles(member.role_ids, roles),
        message("Joined"): _day(member.joined),
        message("Left"): _day(member.left),
        message("Calendar"): Fact(
            member.calendar_id or "", names.calendars.get(member.calendar_id or "", "")
        ),
        message("By group"): Fact(
            member.group_id or "", groups=(member.group_id,) if member.group_id else ()
        ),
        **schemes,
    }


def of_group(group: TeamGroup, roles: Mapping[str, str]) -> Facts:
    """Return the facts of a Jira group that a team follows."""
    return {message("Roles"): _roles(group.role_ids, roles)}


def _plain(text: str) -> Fact:
    return Fact(text, text)


def _in_order(words: Iterable[str]) -> Fact:
    texts = tuple(words)
    return Fact("\n".join(texts), texts=texts, in_order=True)


def _day(day: date | None) -> Fact:
    return Fact(day.isoformat(), message("{day}", day=day)) if day else Fact("")


def _date(day: date, part: Part) -> str:
    if part is Part.WHOLE:
        return message("{day}", day=day)
    return (
        message("{day}, morning", day=day) if part is Part.MORNING else message("{day}, afternoon", day=day)
    )


def _people(account_ids: Iterable[str]) -> Fact:
    listed = tuple(sorted(account_ids))
    return Fact(" ".join(listed), people=listed)


def _roles(role_ids: Iterable[str], names: Mapping[str, str]) -> Fact:
    listed = sorted(role_ids)
    return Fact(" ".join(listed), texts=tuple(sorted(names.get(role_id, "") for role_id in listed)))


def _grant(grant: Grant) -> Fact:
    groups, people = tuple(sorted(grant.groups)), tuple(sorted(grant.people))
    key = ";".join((grant.whom, " ".join(groups), " ".join(people)))
    return Fact(key, "" if grant.whom is Whom.SOME else WHOM_NAMES[grant.whom], people, groups)
