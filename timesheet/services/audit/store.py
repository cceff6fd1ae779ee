"""Stores that record an audit event with every change; the composition root creates no others.

A read goes to the store itself. A change is compared with the previous state while the site is locked, and
the event contains the differences; if nothing differs, nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Values, differing
from timesheet.domain.calendar.global_calendar import GlobalCalendar
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.calendar.legend import Legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.errors import NotFound
from timesheet.domain.lazy import lazy
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, PeriodRule
from timesheet.domain.permission import SitePermissions
from timesheet.domain.report.view import ReportView
from timesheet.domain.span import DateSpan
from timesheet.domain.team.label import UserLabel
from timesheet.domain.team.team import Member, Team
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.domain.worklog.template import Templates
from timesheet.services.audit.record import NOTHING, AuditRecorder, record
from timesheet.services.audit.values import (
    attribute_values,
    calendar_values,
    closing_values,
    label_values,
    leave_values,
    legend_values,
    permission_values,
    rule_values,
    scheme_values,
    setting_values,
    view_values,
)
from timesheet.services.ports.jira import PersonSettings, SettingsStore, SiteSettings
from timesheet.services.ports.team import (
    AttributeStore,
    CalendarStore,
    LabelStore,
    LeaveStore,
    LegendStore,
    PeriodStore,
    PermissionStore,
    SchemeStore,
    ViewStore,
)


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """Return its id."""


Item = TypeVar("Item", bound=Identified)


class ChangeRecorder:
    """Records the changes of one site's stores. The audit log is opened at the first change, so a read opens none."""

    def __init__(self, open_recorder: Callable[[], AuditRecorder], hold: Callable[[], None]) -> None:
        self._open, self.hold = open_recorder, hold

    @lazy
    def _recorder(self) -> AuditRecorder:
        return self._open()

    def record(
        self,
        action: Action,
        object_id: str,
        *,
        team_id: str = "",
        people: Iterable[str] = (),
        before: Values = NOTHING,
        after: Values = NOTHING,
    ) -> None:
        """Record one change; see the function of this name."""
        record(self._recorder, action, object_id, team_id=team_id, people=people, before=before, after=after)

    def record_save(
        self,
        actions: tuple[Action, Action],
        object_id: str,
        before: Values | None,
        after: Values,
        team_id: str = "",
    ) -> None:
        """Record that something was created (the first action), or what changed in it (the second), if anything did."""
        if before is None:
            self.record(actions[0], object_id, team_id=team_id, after=after)
            return
        old, new = differing(before, after)
        if old or new:
            self.record(actions[1], object_id, team_id=team_id, before=old, after=new)


def find(items: Iterable[Item], id_: str) -> Item | None:
    """Return the item with this id, or None."""
    return next((item for item in items if item.id == id_), None)


class AuditedLegends:
    """Implements LegendStore."""

    def __init__(self, store: LegendStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def all(self) -> tuple[Legend, ...]:
        """See LegendStore."""
        return self._store.all()

    def save(self, legend: Legend) -> Legend:
        """See LegendStore."""
        self._changes.hold()
        held = find(self._store.all(), legend.id)
        saved = self._store.save(legend)
        before = legend_values(held) if held else None
        self._changes.record_save(
            (Action.LEGEND_CREATED, Action.LEGEND_CHANGED), saved.id, before, legend_values(saved)
        )
        return saved

    def delete(self, legend_id: str) -> None:
        """See LegendStore."""
        self._changes.hold()
        held = find(self._store.all(), legend_id)
        self._store.delete(legend_id)
        if held:
            self._changes.record(Action.LEGEND_DELETED, legend_id, before=legend_values(held))


class AuditedCalendars:
    """Implements CalendarStore."""

    def __init__(self, store: CalendarStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def all(self) -> tuple[GlobalCalendar, ...]:
        """See CalendarStore."""
        return self._store.all()

    def get(self, calendar_id: str) -> GlobalCalendar:
        """See CalendarStore."""
        return self._store.get(calendar_id)

    def of(self, calendar_ids: Collection[str], span: DateSpan) -> tuple[GlobalCalendar, ...]:
        """See CalendarStore."""
        return self._store.of(calendar_ids, span)

    def used_by(self, calendar_id: str) -> tuple[Member, ...]:
        """See CalendarStore."""
        return self._store.used_by(calendar_id)

    def save(self, calendar: GlobalCalendar) -> GlobalCalendar:
        """See CalendarStore. The event contains only the days that were added or removed."""
        self._changes.hold()
        held = self._held(calendar.id)
        saved = self._store.save(calendar)
        before, after = calendar_values(held) if held else None, calendar_values(saved)
        if held:
            gone, come = set(held.days) - set(saved.days), set(saved.days) - set(held.days)
            before = calendar_values(replace(held, days=tuple(gone)))
            after = calendar_values(replace(saved, days=tuple(come)))
        self._changes.record_save((Action.CALENDAR_CREATED, Action.CALENDAR_CHANGED), saved.id, before, after)
        return saved

    def delete(self, calendar_id: str, replacement_id: str | None = None) -> None:
        """See CalendarStore."""
        self._changes.hold()
        held, users = self._held(calendar_id), self._store.used_by(calendar_id)
        self._store.delete(calendar_id, replacement_id)
        if held:
            people = {member.account_id for member in users}
            after = {"replacement": replacement_id}
            self._changes.record(
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


class AuditedSchemes:
    """Implements SchemeStore."""

    def __init__(self, store: SchemeStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def all(self, team_id: str | None = None) -> tuple[WorkloadScheme, ...]:
        """See SchemeStore."""
        return self._store.all(team_id)

    def get(self, scheme_id: str) -> WorkloadScheme:
        """See SchemeStore."""
        return self._store.get(scheme_id)

    def used_by(self, scheme_id: str) -> tuple[tuple[Team, ...], tuple[Member, ...]]:
        """See SchemeStore."""
        return self._store.used_by(scheme_id)

    def default_id(self) -> str:
        """See SchemeStore."""
        return self._store.default_id()

    def save(self, scheme: WorkloadScheme) -> WorkloadScheme:
        """See SchemeStore."""
        self._changes.hold()
        held = find(self._store.all(scheme.team_id), scheme.id)
        saved = self._store.save(scheme)
        before = scheme_values(held) if held else None
        actions = (Action.SCHEME_CREATED, Action.SCHEME_CHANGED)
        self._changes.record_save(actions, saved.id, before, scheme_values(saved), saved.team_id or "")
        return saved

    def delete(self, scheme_id: str, replacement_id: str | None = None) -> None:
        """See SchemeStore."""
        self._changes.hold()
        try:
            held = self._store.get(scheme_id)
        except NotFound:
            return
        _, members = self._store.used_by(scheme_id)
        self._store.delete(scheme_id, replacement_id)
        self._changes.record(
            Action.SCHEME_DELETED,
            scheme_id,
            team_id=held.team_id or "",
            people={member.account_id for member in members},
            before=scheme_values(held),
            after={"replacement": replacement_id},
        )


class AuditedLeaves:
    """Implements LeaveStore."""

    def __init__(self, store: LeaveStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def all(self) -> tuple[Leave, ...]:
        """See LeaveStore."""
        return self._store.all()

    def of(self, account_ids: Collection[str], span: DateSpan) -> tuple[Leave, ...]:
        """See LeaveStore."""
        return self._store.of(account_ids, span)

    def replace(self, account_id: str, span: DateSpan, leaves: Iterable[Leave]) -> None:
        """See LeaveStore. The event contains only the days that were added or removed."""
        self._changes.hold()
        held, new = set(self._store.of([account_id], span)), set(leaves)
        self._store.replace(account_id, span, new)
        if held != new:
            before, after = {"leaves": leave_values(held - new)}, {"leaves": leave_values(new - held)}
            self._changes.record(Action.LEAVE_CHANGED, account_id, before=before, after=after)


class AuditedPeriods:
    """Implements PeriodStore."""

    def __init__(self, store: PeriodStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def rule(self) -> tuple[PeriodRule, int]:
        """See PeriodStore."""
        return self._store.rule()

    def rule_and_spans(self) -> tuple[PeriodRule, tuple[DateSpan, ...]]:
        """See PeriodStore."""
        return self._store.rule_and_spans()

    def spans(self) -> tuple[DateSpan, ...]:
        """See PeriodStore."""
        return self._store.spans()

    def records(self, team_id: str) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        return self._store.records(team_id)

    def record(self, record_id: str) -> ClosingRecord:
        """See PeriodStore."""
        return self._store.record(record_id)

    def closed(self, team_ids: Collection[str], span: DateSpan) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        return self._store.closed(team_ids, span)

    def recorded(self, account_id: str) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        return self._store.recorded(account_id)

    def concerning(
        self, account_id: str, team_ids: Collection[str], span: DateSpan
    ) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        return self._store.concerning(account_id, team_ids, span)

    def holding(self, worklog_id: int) -> tuple[ClosingRecord, ...]:
        """See PeriodStore."""
        return self._store.holding(worklog_id)

    def holders(self, record_ids: Collection[str], worklog_ids: Collection[int]) -> Mapping[int, str]:
        """See PeriodStore."""
        return self._store.holders(record_ids, worklog_ids)

    def late_changes(self, team_id: str) -> tuple[LateChange, ...]:
        """See PeriodStore."""
        return self._store.late_changes(team_id)

    def save_rule(self, rule: PeriodRule, version: int) -> tuple[PeriodRule, int]:
        """See PeriodStore."""
        self._changes.hold()
        held, _ = self._store.rule()
        saved = self._store.save_rule(rule, version)
        actions = (Action.PERIOD_RULE_CHANGED, Action.PERIOD_RULE_CHANGED)
        self._changes.record_save(actions, "periods", rule_values(held), rule_values(rule))
        return saved

    def add_record(self, closing: ClosingRecord) -> None:
        """See PeriodStore."""
        self._store.add_record(closing)
        after = closing_values(closing)
        self._changes.record(Action.PERIOD_CLOSED, closing.id, team_id=closing.team_id, after=after)

    def reopen(self, record_id: str, by: str, at: datetime) -> ClosingRecord:
        """See PeriodStore."""
        closing = self._store.reopen(record_id, by, at)
        before = closing_values(closing)
        self._changes.record(Action.PERIOD_REOPENED, record_id, team_id=closing.team_id, before=before)
        return closing

    def add_late_changes(self, changes: Iterable[LateChange]) -> tuple[LateChange, ...]:
        """See PeriodStore."""
        new = self._store.add_late_changes(changes)
        for change in new:
            self._changes.record(
                Action.PERIOD_LATE_CHANGE_FOUND,
                change.record_id,
                team_id=change.team_id,
                people=[change.who] if change.who else [],
                after={"worklog": change.worklog_id, "what": change.what},
            )
        return new

    def accept_late_change(self, change: LateChange, by: str, at: datetime, note: str) -> LateChange:
        """See PeriodStore. The note stays with the change; text written by a person is not part of an event."""
        accepted = self._store.accept_late_change(change, by, at, note)
        self._changes.record(
            Action.PERIOD_LATE_CHANGE_ACCEPTED,
            accepted.record_id,
            team_id=accepted.team_id,
            people=[accepted.author] if accepted.author else [],
            after={"worklog": accepted.worklog_id, "what": accepted.what},
        )
        return accepted


class AuditedAttributes:
    """Implements AttributeStore."""

    def __init__(self, store: AttributeStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def all(self) -> tuple[Attribute, ...]:
        """See AttributeStore."""
        return self._store.all()

    def save(self, attribute: Attribute) -> Attribute:
        """See AttributeStore."""
        self._changes.hold()
        held = find(self._store.all(), attribute.id)
        saved = self._store.save(attribute)
        before = attribute_values(held) if held else None
        actions = (Action.ATTRIBUTE_CREATED, Action.ATTRIBUTE_CHANGED)
        self._changes.record_save(actions, saved.id, before, attribute_values(saved))
        return saved

    def chosen(self) -> Mapping[str, frozenset[str]]:
        """See AttributeStore."""
        return self._store.chosen()

    def choose(self, team_id: str, attribute_ids: Collection[str]) -> None:
        """See AttributeStore. The event contains only the attributes that were added or taken away."""
        self._changes.hold()
        held, new = self._store.chosen().get(team_id, frozenset()), frozenset(attribute_ids)
        self._store.choose(team_id, new)
        if held != new:
            before: Values = {"attributes": sorted(held - new)}
            after: Values = {"attributes": sorted(new - held)}
            self._changes.record(
                Action.TEAM_ATTRIBUTES_CHOSEN, team_id, team_id=team_id, before=before, after=after
            )


class AuditedLabels:
    """Implements LabelStore."""

    def __init__(self, store: LabelStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def all(self) -> tuple[UserLabel, ...]:
        """See LabelStore."""
        return self._store.all()

    def save(self, label: UserLabel) -> UserLabel:
        """See LabelStore. The event concerns the people who get or lose the label."""
        self._changes.hold()
        held = find(self._store.all(), label.id)
        saved = self._store.save(label)
        before, after = label_values(held) if held else None, label_values(saved)
        if held:
            before = label_values(replace(held, people=held.people - saved.people))
            after = label_values(replace(saved, people=saved.people - held.people))
        self._changes.record_save((Action.LABEL_CREATED, Action.LABEL_CHANGED), saved.id, before, after)
        return saved

    def delete(self, label_id: str) -> None:
        """See LabelStore."""
        self._changes.hold()
        held = find(self._store.all(), label_id)
        self._store.delete(label_id)
        if held:
            self._changes.record(Action.LABEL_DELETED, label_id, before=label_values(held))


class AuditedViews:
    """Implements ViewStore. Views of a person record no event, because they change nothing for anybody else."""

    def __init__(self, store: ViewStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def of(self, account_id: str, team_ids: Collection[str]) -> tuple[ReportView, ...]:
        """See ViewStore."""
        return self._store.of(account_id, team_ids)

    def get(self, view_id: str) -> ReportView:
        """See ViewStore."""
        return self._store.get(view_id)

    def concerning(self, account_id: str) -> tuple[ReportView, ...]:
        """See ViewStore."""
        return self._store.concerning(account_id)

    def save(self, view: ReportView) -> ReportView:
        """See ViewStore."""
        self._changes.hold()
        held = self._held(view.id)
        saved = self._store.save(view)
        if saved.team_id:
            before = view_values(held) if held else None
            actions = (Action.VIEW_CREATED, Action.VIEW_CHANGED)
            self._changes.record_save(actions, saved.id, before, view_values(saved), saved.team_id)
        return saved

    def delete(self, view_id: str) -> None:
        """See ViewStore."""
        self._changes.hold()
        held = self._held(view_id)
        self._store.delete(view_id)
        if held and held.team_id:
            self._changes.record(Action.VIEW_DELETED, view_id, team_id=held.team_id, before=view_values(held))

    def _held(self, view_id: str) -> ReportView | None:
        try:
            return self._store.get(view_id)
        except NotFound:
            return None


class AuditedPermissions:
    """Implements PermissionStore."""

    def __init__(self, store: PermissionStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def read(self) -> SitePermissions:
        """See PermissionStore."""
        return self._store.read()

    def save(self, permissions: SitePermissions) -> SitePermissions:
        """See PermissionStore."""
        self._changes.hold()
        before = permission_values(self._store.read())
        saved = self._store.save(permissions)
        actions = (Action.PERMISSION_CHANGED, Action.PERMISSION_CHANGED)
        self._changes.record_save(actions, "permissions", before, permission_values(saved))
        return saved


class AuditedSettings:
    """Implements SettingsStore. Display settings of a person record no event, because they change nothing for
    anybody else.
    """

    def __init__(self, store: SettingsStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes

    def read_site(self) -> SiteSettings:
        """See SettingsStore."""
        return self._store.read_site()

    def read_person(self, account_id: str) -> PersonSettings:
        """See SettingsStore."""
        return self._store.read_person(account_id)

    def read_both(self, account_id: str) -> tuple[SiteSettings, PersonSettings]:
        """See SettingsStore."""
        return self._store.read_both(account_id)

    def save_person(self, account_id: str, settings: PersonSettings) -> None:
        """See SettingsStore."""
        self._store.save_person(account_id, settings)

    def read_dismissed(self, account_id: str) -> tuple[str, ...]:
        """See SettingsStore."""
        return self._store.read_dismissed(account_id)

    def save_dismissed(self, account_id: str, marks: Sequence[str]) -> None:
        """See SettingsStore."""
        self._store.save_dismissed(account_id, marks)

    def change_rows(self, account_id: str, change: Callable[[KeptRows], KeptRows]) -> KeptRows:
        """See SettingsStore."""
        return self._store.change_rows(account_id, change)

    def read_templates(self, account_id: str) -> Templates:
        """See SettingsStore."""
        return self._store.read_templates(account_id)

    def change_templates(self, account_id: str, change: Callable[[Templates], Templates]) -> Templates:
        """See SettingsStore."""
        return self._store.change_templates(account_id, change)

    def save_site(self, settings: SiteSettings) -> SiteSettings:
        """See SettingsStore."""
        self._changes.hold()
        before = setting_values(self._store.read_site())
        saved = self._store.save_site(settings)
        actions = (Action.SETTING_CHANGED, Action.SETTING_CHANGED)
        self._changes.record_save(actions, "settings", before, setting_values(saved))
        return saved
