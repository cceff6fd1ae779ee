"""Keep the journal of writes: a stored intent becomes an audit event when the write has happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from timesheet.domain.audit.event import Values
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.journal import Intent, IntentStore


@dataclass(frozen=True, slots=True)
class RecordedJournal:
    """Implements Journal. The audit log is opened at the first event, so a read opens none."""

    store: IntentStore
    open_recorder: Callable[[], AuditRecorder]

    def begin(self, intent: Intent, earlier: Intent | None = None) -> bool:
        """See Journal."""
        return self.store.begin(intent, earlier)

    def drop(self, intent: Intent) -> None:
        """See Journal."""
        self.store.drop(intent)

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        """See Journal. Only the first caller records an event. Somebody else's worklog concerns its author too."""
        with self.store.completing(intent, after):
            if self.store.take(intent, after):
                record(
                    replace(self.open_recorder(), actor=intent.account_id),
                    intent.action,
                    str(after.id if after else intent.worklog_id),
                    people=[after.author if after else intent.author],
                    before=intent.before,
                    after={**(facts(after) if after else {}), **intent.more},
                )
                self.store.compare_others(intent.worklog_id, after)

    def earlier(self, intent_id: str) -> Intent | None:
        """See Journal."""
        return self.store.earlier(intent_id)

    def keyed(self, account_id: str, write_key: str) -> Sequence[Intent]:
        """See Journal."""
        return self.store.keyed(account_id, write_key)

    def left_on(self, issue_id: int) -> Sequence[Intent]:
        """See Journal."""
        return self.store.left_on(issue_id)

    def left_near(self, issue_id: int, account_id: str) -> Sequence[Intent]:
        """See Journal."""
        return self.store.left_near(issue_id, account_id)

    def lately(self, since: datetime) -> Sequence[int]:
        """See Journal."""
        return self.store.lately(since)

    def left(self) -> Sequence[Intent]:
        """See Journal."""
        return self.store.left()


def facts(worklog: Worklog) -> Values:
    """Return the facts of a worklog for an event: issue, work date, and seconds, but no text."""
    return {"issue": worklog.issue_id, "day": worklog.day.isoformat(), "seconds": worklog.seconds}
