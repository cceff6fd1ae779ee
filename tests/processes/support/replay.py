"""Compare the audit events of a site with its current state: the app's own tables, and the worklogs in Jira."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from flask import Flask
from sqlalchemy import create_engine, func, select, update

from jira_emulator.server import RunningSite
from tests.processes.support.people import work_day
from timesheet.adapters.db.tables.audit import WorklogIntentRow
from timesheet.domain.audit.event import AuditEvent, AuditFilter, PersonId
from timesheet.services.audit.values import (
    DIGEST,
    calendar_values,
    closing_values,
    label_values,
    leave_values,
    legend_values,
    member_values,
    scheme_values,
    setting_values,
    team_values,
    view_values,
)
from timesheet.web.http.dependencies import AppDependencies

State: TypeAlias = dict[tuple[str, ...], dict[str, Any]]
# A new team's roles, permissions, and the installation have no earlier state to start from; an alarm changes nothing.
# A deletion whose response was lost is sent again and refused, as its object is gone: that changes nothing.
LEFT_OUT = frozenset({"role", "permission", "site", "access", "security"})
MANY = 1_000_000


def state_of(app: Flask, site: RunningSite) -> State:
    """Return the stored state of a site in the form of its events, by kind and id; worklogs as in Jira."""
    deps: AppDependencies = app.extensions["timesheet"]
    key = site.site.client_key
    with app.app_context(), deps.operation.transaction.within(key):
        stores = deps.stores.stores_of(key)
        found: dict[tuple[str, ...], Mapping[str, Any]] = {
            ("setting", "settings"): setting_values(deps.stores.settings_of(key).read_site())
        }
        found |= {("label", one.id): label_values(one) for one in stores.labels.all()}
        views = stores.views.of("", [team.id for team in stores.teams.all()])
        found |= {("view", one.id): view_values(one) for one in views}
        found |= {("legend", one.id): legend_values(one) for one in stores.legends.all()}
        found |= {("calendar", one.id): calendar_values(one) for one in stores.calendars.all()}
        found |= {("scheme", one.id): scheme_values(one) for one in stores.schemes.all()}
        leaves = stores.leaves.all()
        for who in {leave.account_id for leave in leaves}:
            own = [leave for leave in leaves if leave.account_id == who]
            found["leave", who] = {"leaves": leave_values(own)}
        for team in stores.teams.all():
            found["team", team.id] = team_values(team)
            members = stores.teams.members(team.id)
            found |= {("member", team.id, one.account_id): member_values(one) for one in members}
            closed = [one.id for one in stores.periods.records(team.id) if one.reopened_at is None]
            found |= {("period", id_): closing_values(stores.periods.record(id_)) for id_ in closed}
    return {about: _plain(values) for about, values in found.items()} | _worklogs(site)


def events_of(app: Flask, site: RunningSite) -> list[AuditEvent]:
    """Return all events of a site, oldest first."""
    deps: AppDependencies = app.extensions["timesheet"]
    key = site.site.client_key
    with app.app_context(), deps.operation.transaction.within(key):
        return list(deps.audit.audit_of(key).page(AuditFilter(), None, MANY))[::-1]


def replayed(state: State, events: Iterable[AuditEvent]) -> tuple[State, list[str]]:
    """Return the state after the events, and contradictions: events about objects that did not exist or differed."""
    state, wrong = {about: dict(values) for about, values in state.items()}, list[str]()
    for event in events:
        kind, _, what = event.action.partition(".")
        if kind in LEFT_OUT:
            continue
        about = (kind, *([event.team_id] if kind == "member" else []), str(event.object_id))
        before, after = _plain(event.before), _plain(event.after)
        for name in ("settled", "replacement", "moved_from", "restored", DIGEST):
            after.pop(name, None)
        if (line := f"{event.seq} {event.action} {about} {before} {after}") and before == after:
            wrong.append(f"changes nothing: {line}")
        current = state.get(about)
        if what in ("deleted", "removed", "reopened"):
            if current is None or not _fits(current, before):
                wrong.append(f"deletes what was {current}: {line}")
            state.pop(about, None)
        elif what in ("created", "added", "closed") and about[0] != "leave":
            if current is not None:
                wrong.append(f"makes what was {current}: {line}")
            state[about] = after
        else:
            if not _fits(current or {}, before):
                wrong.append(f"changes what was {current}: {line}")
            state[about] = _changed(current or {}, before, after)
    return {about: values for about, values in state.items() if values != {"leaves": []}}, wrong


def difference(one: State, other: State) -> dict[tuple[str, ...], object]:
    """Return where two states differ."""
    return {
        about: (one.get(about), other.get(about))
        for about in one.keys() | other.keys()
        if one.get(about) != other.get(about)
    }


def intents(url: str) -> int:
    """Return how many writes to Jira are still open."""
    table = WorklogIntentRow.__table__
    open_ones = (table.c.kind != "created") | table.c.worklog_id.is_(None)
    engine = create_engine(url)
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).where(open_ones)).scalar_one()
    engine.dispose()
    return int(count)


def age_intents(url: str, minutes: int) -> None:
    """Make all intents this old, however long the run took."""
    engine = create_engine(url)
    with engine.begin() as connection:
        at = datetime.now(UTC) - timedelta(minutes=minutes)
        connection.execute(update(WorklogIntentRow).values(at=at))
    engine.dispose()


def _worklogs(site: RunningSite) -> State:
    with site.site.lock:
        rows = list(site.site.worklogs.rows.values())
    return {
        ("worklog", str(row.id)): {
            "issue": row.issue_id,
            "day": str(work_day(site, row)),
            "seconds": row.seconds,
        }
        for row in rows
    }


def _fits(current: dict[str, Any], before: dict[str, Any]) -> bool:
    """Return whether an event's before values match the state; of lists it contains only what was removed."""
    return all(
        set(map(_text, value)) <= set(map(_text, current.get(name, [])))
        if isinstance(value, list)
        else current.get(name) == value
        for name, value in before.items()
    )


def _changed(current: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    changed = dict(current)
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if isinstance(old, list) or isinstance(new, list):
            gone = set(map(_text, old or []))
            kept = [item for item in current.get(name, []) if _text(item) not in gone]
            changed[name] = sorted([*kept, *(new or [])], key=_text)
        else:
            changed[name] = new
    return changed


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as JSON, with lists in a fixed order."""
    plain = json.loads(json.dumps(dict(values), default=str))
    return {
        name: sorted(value, key=_text) if isinstance(value, list) else value for name, value in plain.items()
    }


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


assert issubclass(PersonId, str), "people are compared as their account ids"
