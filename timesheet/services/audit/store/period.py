"""Rules of periods, closings, and late changes, with an audit event for every change; see change.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import PersonId
from timesheet.domain.period.digest import closing_digest, reopening_digest
from timesheet.domain.period.late_change import LateChange, late_change_digest
from timesheet.domain.period.period import ClosingRecord, PeriodRule
from timesheet.services.audit.store.change import ChangeRecorder
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
        self._changes.lock_site()
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
        people = _people_of(closing) | {by}
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
        changes = tuple(changes)
        if not changes:
            return ()
        self._changes.lock_site()
        before = set(self._late_changes(changes))
        new = self._store.add_late_changes(changes)
        # A known one that changed again has another event, so that the newest one proves what is stored.
        for change in self._late_changes(changes):
            if change not in before:
                self._record_late(Action.PERIOD_LATE_CHANGE_FOUND, change)
        return new

    def accept_late_change(self, change: LateChange, by: str, at: datetime, note: str) -> LateChange:
        """See PeriodStore. The note stays with the change; text written by a person is not part of an event."""
        accepted = self._store.accept_late_change(change, by, at, note)
        self._record_late(Action.PERIOD_LATE_CHANGE_ACCEPTED, accepted)
        return accepted

    def _late_changes(self, changes: Iterable[LateChange]) -> list[LateChange]:
        teams = sorted({change.team_id for change in changes})
        return [stored for team_id in teams for stored in self._store.late_changes(team_id)]

    def _record_late(self, action: Action, change: LateChange) -> None:
        digest = late_change_digest(change, self._changes.refer(change.people))
        named = {"whose": change.author, "changed_by": change.who}
        self._changes.record(
            action,
            change.record_id,
            team_id=change.team_id,
            people=change.people,
            after={key: PersonId(who) for key, who in named.items() if who}
            | {"worklog": change.worklog_id, "what": change.what, DIGEST: digest},
        )


def _people_of(closing: ClosingRecord) -> frozenset[str]:
    """Return whom a closing concerns: its members, whose time is closed, and who closed it."""
    return frozenset((closing.closed_by, *(member.account_id for member in closing.members)))
