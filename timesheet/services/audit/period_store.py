"""Rules of periods, closings, and late changes, with an audit event for every change; see change.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from timesheet.domain.audit.action import Action
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.period.period import ClosingRecord, PeriodRule, closing_digest, reopening_digest
from timesheet.services.audit.change import ChangeRecorder
from timesheet.services.audit.values import DIGEST, closing_values, rule_values
from timesheet.services.ports.stores import (
    PeriodStore,
)


class AuditedPeriods:
    """Implements PeriodStore."""

    def __init__(self, store: PeriodStore, changes: ChangeRecorder) -> None:
        self._store, self._changes = store, changes
        # A read goes to the store itself.
        self.rule = store.rule
        self.rule_and_spans = store.rule_and_spans
        self.spans = store.spans
        self.records = store.records
        self.record = store.record
        self.closed = store.closed
        self.recorded = store.recorded
        self.concerning = store.concerning
        self.holding = store.holding
        self.holders = store.holders
        self.late_changes = store.late_changes

    def save_rule(self, rule: PeriodRule, version: int) -> tuple[PeriodRule, int]:
        """See PeriodStore."""
        self._changes.hold()
        stored, _ = self._store.rule()
        saved = self._store.save_rule(rule, version)
        actions = (Action.PERIOD_RULE_CHANGED, Action.PERIOD_RULE_CHANGED)
        self._changes.record_save(actions, "periods", rule_values(stored), rule_values(rule))
        return saved

    def add_record(self, closing: ClosingRecord) -> None:
        """See PeriodStore."""
        self._store.add_record(closing)
        people = _people_of(closing)
        after = {**closing_values(closing), DIGEST: closing_digest(closing, self._changes.refer(people))}
        self._changes.record(
            Action.PERIOD_CLOSED, closing.id, team_id=closing.team_id, people=people, after=after
        )

    def reopen(self, record_id: str, by: str, at: datetime) -> ClosingRecord:
        """See PeriodStore."""
        closing = self._store.reopen(record_id, by, at)
        people = {by, *_people_of(closing)}
        self._changes.record(
            Action.PERIOD_REOPENED,
            record_id,
            team_id=closing.team_id,
            people=people,
            before=closing_values(closing),
            after={DIGEST: reopening_digest(closing, self._changes.refer(people))},
        )
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


def _people_of(closing: ClosingRecord) -> set[str]:
    """Return whom a closing concerns: its members, whose time is closed, and who closed it."""
    return {closing.closed_by, *(member.account_id for member in closing.members)}
