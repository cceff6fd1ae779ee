"""Absence types, calendars, workload schemes, and leaves, with an audit event for every change; see change.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from timesheet.domain.audit.action import Action
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import NotFound
from timesheet.domain.span import DateSpan
from timesheet.services.audit.store.change import ChangeRecorder, find, find_stored
from timesheet.services.audit.values import (
    calendar_values,
    leave_values,
    legend_values,
    scheme_values,
)
from timesheet.services.ports.stores import (
    CalendarStore,
    LeaveStore,
    LegendStore,
    SchemeStore,
)


class AuditedLegends:
    """Implements LegendStore."""

    def __init__(self, store: LegendStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # Reads go to the store itself.
        self.all = store.all
        self.count_use = store.count_use

    def save(self, legend: Legend) -> Legend:
        """See LegendStore."""
        self._changes.lock_site()
        stored = find(self._store.all(), legend.id)
        saved = self._store.save(legend)
        before = legend_values(stored) if stored else None
        self._changes.record_save(
            (Action.LEGEND_CREATED, Action.LEGEND_CHANGED), saved.id, before, legend_values(saved)
        )
        return saved

    def delete(self, legend_id: str) -> None:
        """See LegendStore."""
        self._changes.lock_site()
        stored = find(self._store.all(), legend_id)
        self._store.delete(legend_id)
        if stored:
            self._changes.record(Action.LEGEND_DELETED, legend_id, before=legend_values(stored))


class AuditedCalendars:
    """Implements CalendarStore."""

    def __init__(self, store: CalendarStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.all = store.all
        self.get = store.get
        self.of = store.of
        self.used_by = store.used_by

    def save(self, calendar: GlobalCalendar) -> GlobalCalendar:
        """See CalendarStore. The event contains only the days that were added or removed."""
        self._changes.lock_site()
        stored = find_stored(self._store.get, calendar.id)
        saved = self._store.save(calendar)
        before, after = calendar_values(stored) if stored else None, calendar_values(saved)
        if stored:
            removed, added = set(stored.days) - set(saved.days), set(saved.days) - set(stored.days)
            before = calendar_values(replace(stored, days=tuple(removed)))
            after = calendar_values(replace(saved, days=tuple(added)))
        self._changes.record_save((Action.CALENDAR_CREATED, Action.CALENDAR_CHANGED), saved.id, before, after)
        return saved

    def delete(self, calendar_id: str, replacement_id: str | None = None) -> None:
        """See CalendarStore."""
        self._changes.lock_site()
        stored, users = find_stored(self._store.get, calendar_id), self._store.used_by(calendar_id)
        self._store.delete(calendar_id, replacement_id)
        if stored:
            people = frozenset(member.account_id for member in users)
            after = {"replacement": replacement_id}
            self._changes.record(
                Action.CALENDAR_DELETED,
                calendar_id,
                people=people,
                before=calendar_values(stored),
                after=after,
            )


class AuditedSchemes:
    """Implements SchemeStore."""

    def __init__(self, store: SchemeStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.all = store.all
        self.get = store.get
        self.used_by = store.used_by
        self.default_id = store.default_id

    def save(self, scheme: WorkloadScheme) -> WorkloadScheme:
        """See SchemeStore."""
        self._changes.lock_site()
        stored = find(self._store.all(scheme.team_id), scheme.id)
        saved = self._store.save(scheme)
        before = scheme_values(stored) if stored else None
        actions = (Action.SCHEME_CREATED, Action.SCHEME_CHANGED)
        self._changes.record_save(actions, saved.id, before, scheme_values(saved), saved.team_id or "")
        return saved

    def delete(self, scheme_id: str, replacement_id: str | None = None) -> None:
        """See SchemeStore."""
        self._changes.lock_site()
        try:
            stored = self._store.get(scheme_id)
        except NotFound:
            return
        _, members = self._store.used_by(scheme_id)
        self._store.delete(scheme_id, replacement_id)
        self._changes.record(
            Action.SCHEME_DELETED,
            scheme_id,
            team_id=stored.team_id or "",
            people=frozenset(member.account_id for member in members),
            before=scheme_values(stored),
            after={"replacement": replacement_id},
        )


class AuditedLeaves:
    """Implements LeaveStore."""

    def __init__(self, store: LeaveStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.all = store.all
        self.of = store.of

    def replace(self, account_id: str, span: DateSpan, leaves: Iterable[Leave]) -> None:
        """See LeaveStore. The event contains only the days that were added or removed."""
        self._changes.lock_site()
        stored, new = set(self._store.of([account_id], span)), set(leaves)
        self._store.replace(account_id, span, new)
        if stored != new:
            before, after = {"leaves": leave_values(stored - new)}, {"leaves": leave_values(new - stored)}
            self._changes.record(Action.LEAVE_CHANGED, account_id, before=before, after=after)
