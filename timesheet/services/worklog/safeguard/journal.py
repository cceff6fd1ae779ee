"""Keep the journal of writes: a stored intent becomes an audit event when the write has happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from timesheet.domain.audit.action import Action
from timesheet.domain.period.late_change import ADDED, CHANGED, REMOVED
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.journal import Intent, IntentStore

WHAT = MappingProxyType(
    {
        Action.WORKLOG_CREATED: ADDED,
        Action.WORKLOG_CHANGED: CHANGED,
        Action.WORKLOG_DELETED: REMOVED,
    }
)


class RecordedJournal:
    """Implements Journal. The audit log is opened at the first event, so a read opens none."""

    def __init__(self, store: IntentStore, open_recorder: Callable[[], AuditRecorder]) -> None:
        self._store, self._open_recorder = store, open_recorder
        # Only the end of a write is an event.
        self.begin = store.begin
        self.drop = store.drop
        self.earlier = store.earlier
        self.keyed = store.keyed
        self.unfinished_on = store.unfinished_on
        self.unfinished_near = store.unfinished_near
        self.recent = store.recent
        self.recorded = store.recorded
        self.unfinished = store.unfinished

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        """See Journal. Only the first caller records an event. Somebody else's worklog concerns its author too."""
        with self._store.completing(intent, after):
            # An erasure may have replaced the people since the intent was announced, so those that are stored count.
            if stored := self._store.take(intent, after):
                record(
                    replace(self._open_recorder(), actor=stored.account_id),
                    intent.action,
                    str(after.id if after else intent.worklog_id),
                    people=frozenset({stored.author or stored.account_id}),
                    before=intent.before,
                    after={**(after.facts if after else {}), **intent.more},
                )

    def give_up(self, intent: Intent) -> None:
        """See Journal. The event contains what was to be written, because the outcome is unknown."""
        with self._store.completing(intent, None):
            if self._store.remove(intent):
                seconds = intent.wanted.get("seconds")
                record(
                    replace(self._open_recorder(), actor=""),
                    Action.WORKLOG_UNCONFIRMED,
                    str(intent.worklog_id or ""),
                    people=frozenset({intent.account_id, intent.author} - {""}),
                    before=intent.before,
                    after={
                        "issue": intent.issue_id,
                        "what": WHAT[intent.action],
                        **({} if seconds is None else {"seconds": seconds}),
                    },
                )
