"""Every worklog that the app writes to Jira leaves an audit event, even when the app dies in the middle.

Jira is written first and cannot be rolled back. So what is about to happen is kept before, as an intent, in a
transaction of its own; the event takes its place in the transaction that follows Jira's answer. An intent that stays
behind tells that nobody knows what became of it, and ``flask audit settle`` asks Jira.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import uuid4

from timesheet.domain.audit import AuditEvent, Values
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.worklog import Worklog
from timesheet.services.audit import Trail, record

Written = TypeVar("Written", bound=Worklog | None)


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to happen. ``before`` is the worklog as it was, None for a new one.

    ``account_id`` is who writes. ``write_key`` is what a new worklog carries, so that it can be found again. ``more``
    is told in the event as well: where a worklog came from. ``started`` is where a new one begins, ``updated`` when an
    old one was last changed: by these Jira can be asked later what became of it.
    """

    action: Action
    account_id: str
    issue_id: int
    at: datetime
    worklog_id: int | None = None
    author: str = ""
    write_key: str = ""
    before: Values = field(default_factory=dict)
    more: Values = field(default_factory=dict)
    started: datetime | None = None
    updated: datetime | None = None
    id: str = field(default_factory=lambda: uuid4().hex)


class Journal(Protocol):
    """Where writes to Jira are announced and recorded, each step in a transaction of its own."""

    def begin(self, intent: Intent) -> None:
        """Announce a write; where that fails, there is none."""

    def drop(self, intent: Intent) -> None:
        """It did not happen."""

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        """It happened: record the event in the place of the intent. ``after`` is None when the worklog is gone."""


class IntentStore(Journal, Protocol):
    """A journal that also knows what was announced on its site and is neither dropped nor finished."""

    def left(self, before: datetime) -> Sequence[Intent]:
        """The intents from before an instant, the oldest first."""


def written(journal: Journal, intent: Intent, write: Callable[[], Written]) -> Written:
    """Write to Jira and record it. An intent whose end nobody knows stays behind."""
    journal.begin(intent)
    try:
        after = write()
    except TimesheetError as error:
        if not (isinstance(error, JiraUnavailable) and error.wrote_maybe):
            journal.drop(intent)
        raise
    journal.finish(intent, after)
    return after


def record_written(trail: Trail, intent: Intent, after: Worklog | None) -> AuditEvent:
    """The event of a write that Jira has accepted. Somebody else's worklog concerns its author as well."""
    worklog_id = after.id if after else intent.worklog_id
    author = after.author if after else intent.author
    return record(
        replace(trail, actor=intent.account_id),
        intent.action,
        str(worklog_id),
        people=[author],
        before=intent.before,
        after={**(facts(after) if after else {}), **intent.more},
    )


def facts(worklog: Worklog) -> Values:
    """What of a worklog stands in an event: its issue, work date and seconds, nothing anybody wrote."""
    return {"issue": worklog.issue_id, "day": worklog.day.isoformat(), "seconds": worklog.seconds}
