"""Export everything that one site stores about a person, in readable form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from timesheet.domain.audit.action import CATALOG, PERSONAL_KINDS, Action
from timesheet.domain.audit.event import AuditEvent, AuditFilter, PersonId, Value
from timesheet.domain.message import message
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.permission import MODULE_NAMES, SITE_PERMISSION_NAMES
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.jql import names_account
from timesheet.domain.team.team import Member, Team
from timesheet.domain.timer import Timer
from timesheet.domain.worklog.template import Template
from timesheet.services.audit.record import AuditRecorder, record_export
from timesheet.services.audit.values import without_sums
from timesheet.services.audit.view import SOMEBODY
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.settings import PersonSettings, SettingsStore
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.timer import TimerStore

FORMAT = "open-timesheet-person"
VERSION = 1
EVENTS_AT_ONCE = 1000
UNREADABLE = message("This event cannot be read.")
NOT_KEPT = message(
    "Comments, the content of issues, your name, email address, and avatar are stored in Jira and not by "
    "this app. A closed period contains a keyed hash of each worklog, from which nothing about a "
    "person can be read."
)

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"


@dataclass(frozen=True, slots=True)
class ExportSources:
    """The places where one site's data about people is stored."""

    stores: Stores
    settings: SettingsStore
    timers: TimerStore
    recorder: AuditRecorder
    site_url: str


def export_person(sources: ExportSources, account_id: str, now: datetime) -> dict[str, Json]:
    """Return everything stored about a person, and record the export; ``now`` is timezone-aware."""
    record_export(sources.recorder, Action.PERSON_EXPORTED, account_id)
    stores, chosen = sources.stores, sources.settings.read_person(account_id)
    teams = stores.teams.all()
    records = [(team, one) for team in teams for one in stores.periods.records(team.id)]
    return {
        "format": FORMAT,
        "version": VERSION,
        "site": sources.site_url,
        "account_id": account_id,
        "exported_at": now.isoformat(timespec="seconds"),
        "not_kept_here": NOT_KEPT,
        "display_settings": _settings(chosen),
        "dismissed_suggestions": list(sources.settings.read_dismissed(account_id)),
        "timesheet_rows": [
            {"issue_id": issue_id, "pinned": issue_id in chosen.rows.pinned} for issue_id in chosen.rows.ids
        ],
        "templates": [_template(one) for one in sources.settings.read_templates(account_id).all],
        "timer": _timer(sources.timers.read(account_id)),
        "teams_led": [_team(team) for team in teams if team.lead == account_id],
        "teams_whose_filter_names_you": [
            _team(team) for team in teams if names_account(team.scope.jql, account_id)
        ],
        "memberships": [
            _membership(stores, team, member) for team, member in stores.teams.teams_of(account_id)
        ],
        "leaves": _leaves(stores, account_id),
        "labels": [label.name for label in stores.labels.all() if account_id in label.people],
        "views": [_view(view, account_id) for view in stores.views.concerning(account_id)],
        "permissions": list(_permissions(stores, account_id)),
        "figures_in_closed_periods": [
            figure for team, one in records for figure in _figures(team, one, account_id)
        ],
        "periods_closed_or_reopened": [
            deed for team, one in records for deed in _closings(team, one, account_id)
        ],
        "late_changes": [change for team in teams for change in _late(stores, team, account_id)],
        "audit_events": list(_events(sources.recorder.store, account_id)),
    }


def _settings(chosen: PersonSettings) -> Json:
    return {
        "duration_format": chosen.duration_format,
        "view": chosen.view,
        "layout": chosen.layout,
        "group_by": chosen.group,
        "dismissed": chosen.dismissed,
        "language": chosen.language,
        "rows_of_last_week": chosen.last_week,
        "suggestions": chosen.suggestions,
    }


def _template(template: Template) -> Json:
    hours: list[Json] = [
        {"issue_id": one.issue_id, "iso_weekday": one.weekday + 1, "seconds": one.seconds}
        for one in template.hours
    ]
    return {"name": template.name, "whole_week": template.weekly, "hours": hours}


def _timer(timer: Timer | None) -> Json:
    if timer is None:
        return None
    return {
        "issue_id": timer.issue_id,
        "started_at": timer.started.isoformat(),
        "counts_from": timer.counts_from.isoformat(),
        "paused_at": timer.paused.isoformat() if timer.paused else None,
        "confirmed_at": timer.confirmed.isoformat() if timer.confirmed else None,
    }


def _team(team: Team) -> dict[str, Json]:
    return {"team": team.name, "team_id": team.id}


def _membership(stores: Stores, team: Team, member: Member) -> Json:
    roles = {role.id: role.title for role in stores.teams.roles(team.id)}
    calendars = {calendar.id: calendar.name for calendar in stores.calendars.all()}
    schemes = {scheme.id: scheme.name for scheme in stores.schemes.all(team.id)}
    return {
        **_team(team),
        "roles": [*sorted(roles.get(role_id, role_id) for role_id in member.role_ids)],
        "joined_on": _day(member.joined),
        "left_on": _day(member.left),
        "global_calendar": member.calendar_id and calendars.get(member.calendar_id, member.calendar_id),
        "came_by_group": member.group_id,
        "workload_schemes": [
            {
                "valid_from": _day(dated.valid_from),
                "scheme": schemes.get(dated.scheme_id, dated.scheme_id),
            }
            for dated in member.schemes
        ],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _leaves(stores: Stores, account_id: str) -> list[Json]:
    titles = {legend.id: legend.title for legend in stores.legends.all()}
    return [
        {
            "date": leave.date.isoformat(),
            "part_of_day": str(leave.part),
            "reason": titles.get(leave.legend_id, leave.legend_id),
        }
        for leave in stores.leaves.all()
        if leave.account_id == account_id
    ]


def _view(view: ReportView, account_id: str) -> dict[str, Json]:
    """Return an own view, or the fact that somebody else's view has the person in its filter."""
    own = view.owner == account_id
    return {
        "view_id": view.id,
        "yours": own,
        "team_id": view.team_id,
        "name": view.name if own or view.team_id else SOMEBODY,
        "report": view.query if own else None,
        "filters_by_you": account_id in view.people or view.names_in_jql(account_id),
    }


def _permissions(stores: Stores, account_id: str) -> Iterator[Json]:
    stored = stores.permissions.read()
    for module, grant in stored.modules.items():
        if account_id in grant.people:
            yield message("may open {module}", module=MODULE_NAMES[module])
    for permission, grant in stored.permissions.items():
        if account_id in grant.people:
            yield SITE_PERMISSION_NAMES[permission]


def _period(team: Team, one: ClosingRecord) -> dict[str, Json]:
    return {
        **_team(team),
        "first_day": one.span.first.isoformat(),
        "last_day": one.span.last.isoformat(),
        "closing_id": one.id,
    }


def _figures(team: Team, one: ClosingRecord, account_id: str) -> Iterator[Json]:
    for member in one.members:
        if member.account_id == account_id:
            yield {
                **_period(team, one),
                "capacity_seconds": member.capacity,
                "spent_seconds": member.spent,
                "capacity_came_from": dict(member.basis),
                "time_zone": member.zone,
            }


def _closings(team: Team, one: ClosingRecord, account_id: str) -> Iterator[Json]:
    if one.closed_by == account_id:
        yield {**_period(team, one), "closed_at": one.closed_at.isoformat()}
    if one.reopened_by == account_id and one.reopened_at is not None:
        yield {**_period(team, one), "reopened_at": one.reopened_at.isoformat()}


def _late(stores: Stores, team: Team, account_id: str) -> Iterator[Json]:
    for change in stores.periods.late_changes(team.id):
        if account_id in (change.who, change.author, change.accepted_by):
            yield {
                **_team(team),
                "worklog_id": change.worklog_id,
                "what": change.what,
                "found_at": change.found_at.isoformat(),
                "closing_id": change.record_id,
                "changed_by_you": change.who == account_id,
                "your_worklog": change.author == account_id,
                "accepted_by_you": change.accepted_by == account_id,
                "note": change.note if change.accepted_by == account_id else None,
            }


def _events(store: AuditStore, account_id: str) -> Iterator[Json]:
    before: int | None = None
    while True:
        found = store.scan(AuditFilter(person=account_id), before, EVENTS_AT_ONCE)
        yield from (_event(without_sums(event, account_id), account_id) for event in found.events)
        for seq in found.unreadable:
            yield {"number": seq, "in_words": UNREADABLE}
        before = found.before
        if before is None:
            return


def _event(event: AuditEvent, account_id: str) -> Json:
    kind = event.object_kind
    about = event.object_id
    return {
        "number": event.seq,
        "at": event.at.isoformat(timespec="milliseconds"),
        "what": str(event.action),
        "in_words": CATALOG[event.action].says,
        "outcome": str(event.outcome),
        "by_you": event.actor == account_id,
        "object": str(kind),
        "object_id": _without_others(PersonId(about), account_id)
        if kind in PERSONAL_KINDS and about
        else about,
        "team_id": event.team_id,
        "before": _without_others(event.before, account_id),
        "after": _without_others(event.after, account_id),
        "request_id": event.request_id,
    }


def _without_others(value: Value, account_id: str) -> Json:
    """Return a value of an event without the account ids of others, because these are the others' data."""
    if isinstance(value, PersonId):
        return account_id if value == account_id else SOMEBODY
    if isinstance(value, Mapping):
        return {name: _without_others(part, account_id) for name, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_others(part, account_id) for part in value]
    return value
