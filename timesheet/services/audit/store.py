"""Stores that leave an audit event with every change: there are no others outside the composition root.

A reading goes through as it is. A change is compared with what was there before, within the lock of the site, and told
with what differs; where nothing differs there is nothing to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from timesheet.domain.audit import Values, differing
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import NotFound
from timesheet.domain.global_calendar import GlobalCalendar
from timesheet.domain.label import UserLabel
from timesheet.domain.late_change import LateChange
from timesheet.domain.leave import Leave
from timesheet.domain.legend import Legend
from timesheet.domain.period import ClosingRecord, PeriodRule
from timesheet.domain.permission import SitePermissions
from timesheet.domain.span import DateSpan
from timesheet.domain.workload_scheme import WorkloadScheme
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.audit.values import (
    calendar_values,
    closing_values,
    label_values,
    leave_values,
    legend_values,
    permission_values,
    rule_values,
    scheme_values,
    setting_values,
)
from timesheet.services.ports.jira import SettingsStore, SiteSettings
from timesheet.services.ports.team import (
    CalendarStore,
    LabelStore,
    LeaveStore,
    LegendStore,
    PeriodStore,
    PermissionStore,
    SchemeStore,
)

Store = TypeVar("Store")
Thing = TypeVar("Thing")


class Audited(Generic[Store]):
    """A store whose changes leave events; what is not defined here is a reading."""

    def __init__(self, store: Store, recorder: AuditRecorder, hold: Callable[[], None]) -> None:
        self._store, self._recorder, self._hold = store, recorder, hold

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _tell(
        self,
        actions: tuple[Action, Action],
        object_id: str,
        before: Values | None,
        after: Values,
        team_id: str = "",
        people: Iterable[str] = (),
    ) -> None:
        """That something was made (the first action), or what of it changed (the second)."""
        if before is None:
            record(self._recorder, actions[0], object_id, team_id=team_id, people=people, after=after)
            return
        old, new = differing(before, after)
        if old or new:
            record(
                self._recorder, actions[1], object_id, team_id=team_id, people=people, before=old, after=new
            )


def found(things: Iterable[Thing], id_: str) -> Thing | None:
    """The thing with this id, where there is one."""
    return next((thing for thing in things if cast(Any, thing).id == id_), None)


class AuditedLegends(Audited[LegendStore]):
    """See LegendStore."""

    def save(self, legend: Legend) -> Legend:
        """See LegendStore."""
        self._hold()
        held = found(self._store.all(), legend.id)
        saved = self._store.save(legend)
        before = legend_values(held) if held else None
        self._tell((Action.LEGEND_CREATED, Action.LEGEND_CHANGED), saved.id, before, legend_values(saved))
        return saved

    def delete(self, legend_id: str) -> None:
        """See LegendStore."""
        self._hold()
        held = found(self._store.all(), legend_id)
        self._store.delete(legend_id)
        if held:
            record(self._recorder, Action.LEGEND_DELETED, legend_id, before=legend_values(held))


class AuditedCalendars(Audited[CalendarStore]):
    """See CalendarStore."""

    def save(self, calendar: GlobalCalendar) -> GlobalCalendar:
        """See CalendarStore. Of the days only those are told that came or went."""
        self._hold()
        held = self._held(calendar.id)
        saved = self._store.save(calendar)
        before, after = calendar_values(held) if held else None, calendar_values(saved)
        if held:
            gone, come = set(held.days) - set(saved.days), set(saved.days) - set(held.days)
            before = calendar_values(replace(held, days=tuple(gone)))
            after = calendar_values(replace(saved, days=tuple(come)))
        self._tell((Action.CALENDAR_CREATED, Action.CALENDAR_CHANGED), saved.id, before, after)
        return saved

    def delete(self, calendar_id: str, replacement_id: str | None = None) -> None:
        """See CalendarStore."""
        self._hold()
        held, users = self._held(calendar_id), self._store.used_by(calendar_id)
        self._store.delete(calendar_id, replacement_id)
        if held:
            people = {member.account_id for member in users}
            after = {"replacement": replacement_id}
            record(
                self._recorder,
                Action.CALENDAR_DELETED,
                calendar_id,
                people=people,
                before=calendar_values(held),
                after=after,
            )

    def _held(self, calendar_id: str) -> GlobalCalendar | None:
        try:
            return self._store.get(calendar_id)
        except NotFound:
            return None


class AuditedSchemes(Audited[SchemeStore]):
    """See SchemeStore."""

    def save(self, scheme: WorkloadScheme) -> WorkloadScheme:
        """See SchemeStore."""
        self._hold()
        held = found(self._store.all(scheme.team_id), scheme.id)
        saved = self._store.save(scheme)
        before = scheme_values(held) if held else None
        actions = (Action.SCHEME_CREATED, Action.SCHEME_CHANGED)
        self._tell(actions, saved.id, before, scheme_values(saved), saved.team_id or "")
        return saved

    def delete(self, scheme_id: str, replacement_id: str | None = None) -> None:
        """See SchemeStore."""
        self._hold()
        try:
            held = self._store.get(scheme_id)
        except NotFound:
            return
        _, members = self._store.used_by(scheme_id)
        self._store.delete(scheme_id, replacement_id)
        record(
            self._recorder,
            Action.SCHEME_DELETED,
            scheme_id,
            team_id=held.team_id or "",
            people={member.account_id for member in members},
            before=scheme_values(held),
            after={"replacement": replacement_id},
        )


class AuditedLeaves(Audited[LeaveStore]):
    """See LeaveStore."""

    def replace(self, account_id: str, span: DateSpan, leaves: Iterable[Leave]) -> None:
        """See LeaveStore. Only the days that came or went are told."""
        self._hold()
        held, new = set(self._store.of([account_id], span)), set(leaves)
        self._store.replace(account_id, span, new)
        if held != new:
            before, after = {"leaves": leave_values(held - new)}, {"leaves": leave_values(new - held)}
            record(self._recorder, Action.LEAVE_CHANGED, account_id, before=before, after=after)


class AuditedPeriods(Audited[PeriodStore]):
    """See PeriodStore."""

    def save_rule(self, rule: PeriodRule, version: int) -> tuple[PeriodRule, int]:
        """See PeriodStore."""
        self._hold()
        held, _ = self._store.rule()
        saved = self._store.save_rule(rule, version)
        actions = (Action.PERIOD_RULE_CHANGED, Action.PERIOD_RULE_CHANGED)
        self._tell(actions, "periods", rule_values(held), rule_values(rule))
        return saved

    def add_record(self, closing: ClosingRecord) -> None:
        """See PeriodStore."""
        self._store.add_record(closing)
        after = closing_values(closing)
        record(self._recorder, Action.PERIOD_CLOSED, closing.id, team_id=closing.team_id, after=after)

    def reopen(self, record_id: str, by: str, at: datetime) -> ClosingRecord:
        """See PeriodStore."""
        closing = self._store.reopen(record_id, by, at)
        before = closing_values(closing)
        record(self._recorder, Action.PERIOD_REOPENED, record_id, team_id=closing.team_id, before=before)
        return closing

    def add_late_changes(self, changes: Iterable[LateChange]) -> tuple[LateChange, ...]:
        """See PeriodStore."""
        new = self._store.add_late_changes(changes)
        for change in new:
            record(
                self._recorder,
                Action.PERIOD_LATE_CHANGE_FOUND,
                change.record_id,
                team_id=change.team_id,
                people=[change.who] if change.who else [],
                after={"worklog": change.worklog_id, "what": change.what},
            )
        return new

    def accept_late_change(self, change: LateChange, by: str, at: datetime, note: str) -> LateChange:
        """See PeriodStore. The note stays with the change: what somebody wrote is no part of an event."""
        accepted = self._store.accept_late_change(change, by, at, note)
        record(
            self._recorder,
            Action.PERIOD_LATE_CHANGE_ACCEPTED,
            accepted.record_id,
            team_id=accepted.team_id,
            people=[accepted.author] if accepted.author else [],
            after={"worklog": accepted.worklog_id, "what": accepted.what},
        )
        return accepted


class AuditedLabels(Audited[LabelStore]):
    """See LabelStore."""

    def save(self, label: UserLabel) -> UserLabel:
        """See LabelStore. It concerns those who get the label or lose it."""
        self._hold()
        held = found(self._store.all(), label.id)
        saved = self._store.save(label)
        before, after = label_values(held) if held else None, label_values(saved)
        if held:
            before = label_values(replace(held, people=held.people - saved.people))
            after = label_values(replace(saved, people=saved.people - held.people))
        self._tell((Action.LABEL_CREATED, Action.LABEL_CHANGED), saved.id, before, after)
        return saved

    def delete(self, label_id: str) -> None:
        """See LabelStore."""
        self._hold()
        held = found(self._store.all(), label_id)
        self._store.delete(label_id)
        if held:
            record(self._recorder, Action.LABEL_DELETED, label_id, before=label_values(held))


class AuditedPermissions(Audited[PermissionStore]):
    """See PermissionStore."""

    def save(self, permissions: SitePermissions) -> SitePermissions:
        """See PermissionStore."""
        self._hold()
        before = permission_values(self._store.read())
        saved = self._store.save(permissions)
        actions = (Action.PERMISSION_CHANGED, Action.PERMISSION_CHANGED)
        self._tell(actions, "permissions", before, permission_values(saved))
        return saved


class AuditedSettings(Audited[SettingsStore]):
    """See SettingsStore. What somebody chose to see himself is no event: it changes nothing for anybody else."""

    def save_site(self, settings: SiteSettings) -> SiteSettings:
        """See SettingsStore."""
        self._hold()
        before = setting_values(self._store.read_site())
        saved = self._store.save_site(settings)
        actions = (Action.SETTING_CHANGED, Action.SETTING_CHANGED)
        self._tell(actions, "settings", before, setting_values(saved))
        return saved
