"""The values of audit events for things that people configure: names and ids, with account ids for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from hashlib import sha256

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.audit.action import ObjectKind
from timesheet.domain.audit.event import AuditEvent, PersonId, Value, Values
from timesheet.domain.calendar.global_calendar import GlobalCalendar, in_calendar
from timesheet.domain.calendar.leave import Leave, in_turn
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.period.period import ClosingRecord, PeriodRule
from timesheet.domain.permission import Grant, Module, SitePermission, SitePermissions
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.jql import split_accounts
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Role, Team
from timesheet.services.ports.settings import SiteSettings
from timesheet.services.ports.stores import TeamGroup


def persons(account_ids: Iterable[str]) -> list[PersonId]:
    """Return account ids in a fixed order, as PersonIds."""
    return [PersonId(account_id) for account_id in sorted(account_ids)]


def team_values(team: Team) -> Values:
    """Return the values of a team without its members and roles, which have events of their own."""
    return {
        "name": team.name,
        "lead": PersonId(team.lead),
        "description": team.description,
        "default_scheme": team.default_scheme_id,
        "projects": list(team.scope.project_ids),
        "jql": _filter(team.scope.jql),
        "archived": team.archived,
    }


def _filter(jql: str) -> Value:
    """Return a filter; one that names people as its parts in order, with PersonIds, so that these can be erased."""
    parts = split_accounts(jql)
    if len(parts) == 1:
        return jql
    return [part for text, account in parts for part in (text, PersonId(account)) if part]


def role_values(role: Role) -> Values:
    """Return the values of a role."""
    return {"name": role.name, "permissions": sorted(map(str, role.permissions))}


def member_values(member: Member) -> Values:
    """Return the values of a membership."""
    return {
        "roles": sorted(member.role_ids),
        "joined": _day(member.joined),
        "left": _day(member.left),
        "calendar": member.calendar_id,
        "schemes": [[_day(dated.valid_from), dated.scheme_id] for dated in member.schemes],
        "group": member.group_id,
    }


def group_values(group: TeamGroup) -> Values:
    """Return the values of a followed group, without the time of the last sync."""
    return {"roles": sorted(group.role_ids), "error": group.error}


def calendar_values(calendar: GlobalCalendar) -> Values:
    """Return the values of a calendar with its days, each as date, part, title, and legend."""
    days = [
        [day.date.isoformat(), str(day.part), day.title, str(day.legend_id)]
        for day in in_calendar(calendar.days)
    ]
    return {"name": calendar.name, "days": days}


def scheme_values(scheme: WorkloadScheme) -> Values:
    """Return the values of a workload scheme, in seconds, Monday first."""
    return {"name": scheme.name, "weekdays": list(scheme.weekdays)}


def legend_values(legend: Legend) -> Values:
    """Return the values of a legend."""
    return {"title": legend.title, "color": legend.color, "letter": legend.letter}


def label_values(label: UserLabel) -> Values:
    """Return the values of a label with its people."""
    return {"name": label.name, "color": label.color, "people": persons(label.people)}


def view_values(view: ReportView) -> Values:
    """Return the values of a team's view. A hash stands for the report itself, which may contain typed text."""
    report = sha256(view.query.encode()).hexdigest()[:16]
    return {"name": view.name, "default": view.default, "people": persons(view.people), "report": report}


def attribute_values(attribute: Attribute) -> Values:
    """Return the values of an attribute; its options and a default among them by name, without removed ones."""
    names = {option.id: option.name for option in attribute.options}
    return {
        "name": attribute.name,
        "kind": str(attribute.kind),
        "default": names.get(attribute.default, attribute.default),
        "required": attribute.required,
        "everywhere": attribute.everywhere,
        "retired": attribute.retired,
        "options": [option.name for option in attribute.offered],
    }


def leave_values(leaves: Iterable[Leave]) -> Value:
    """Return the leaves of one person, each as date, part, and legend."""
    return [[leave.date.isoformat(), str(leave.part), str(leave.legend_id)] for leave in in_turn(leaves)]


def rule_values(rule: PeriodRule) -> Values:
    """Return the values of the rule of a site's periods."""
    return {"length": str(rule.length), "start": rule.start.isoformat()}


SUMS = frozenset({"capacity", "spent", "members", "worklogs"})
"""The values of a closing that are sums of the team."""
DIGEST = "digest"
"""The value of an event that proves what the rows behind it are."""


def closing_values(record: ClosingRecord) -> Values:
    """Return the values of a closing: its days and sums in seconds. The figures of each member stay in the record."""
    return {
        "first": record.span.first.isoformat(),
        "last": record.span.last.isoformat(),
        "capacity": sum(member.capacity for member in record.members),
        "spent": sum(member.spent for member in record.members),
        "members": len(record.members),
        "worklogs": len(record.worklogs),
    }


def without_sums(event: AuditEvent, account_id: str) -> AuditEvent:
    """Return an event as somebody whom it concerns may read it: without the sums of a team, unless they closed it."""
    if event.object_kind is not ObjectKind.PERIOD or event.actor == account_id:
        return event
    before, after = (
        {name: value for name, value in values.items() if name not in SUMS}
        for values in (event.before, event.after)
    )
    return replace(event, before=before, after=after)


def permission_values(permissions: SitePermissions) -> Values:
    """Return every grant, of modules and of site permissions, including defaults, so only real changes differ."""
    modules = {str(name): _grant(permissions.module(name)) for name in Module}
    return modules | {str(name): _grant(permissions.permission(name)) for name in SitePermission}


def setting_values(settings: SiteSettings) -> Values:
    """Return the values of a site's settings."""
    values = {name: value for name, value in asdict(settings).items() if name != "version"}
    return values | {"timer_projects": sorted(settings.timers.projects)}


def _grant(grant: Grant) -> Value:
    return {"whom": str(grant.whom), "groups": sorted(grant.groups), "people": persons(grant.people)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
