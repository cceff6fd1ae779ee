"""Every worklog that the app writes to Jira leaves an audit event, even when the app dies in the middle.

Jira is written first and cannot be rolled back. So what is about to happen is kept before, as an intent, in a
transaction of its own; the event takes its place in the transaction that follows Jira's answer. An intent that stays
behind tells that nobody knows what became of it: ``settle`` asks Jira, and so does who repeats the write or goes on
with the same worklog. That something is there proves that it was written; that it is not there proves nothing while
the write may still be under way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Protocol, TypeVar
from uuid import uuid4

from timesheet.domain.audit import AuditEvent, Value, Values
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.worklog import Worklog
from timesheet.services.audit import Trail, record

Written = TypeVar("Written", bound=Worklog | None)
UNDER_WAY = timedelta(minutes=3)
"""No write is still on its way to Jira after this: two tries of half a minute, and a look of a minute and a half."""
DONE_KEPT = timedelta(minutes=15)
"""For so long a new worklog is known by its key, for who repeats the request because the answer was lost."""
LATE = 504
UNSURE = (
    "The same request is being answered already, or its answer was lost, so the time may or may not be saved. "
    "Try again in a few minutes: what was saved is found and not written twice."
)


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to happen. ``before`` is the worklog as it was, None for a new one.

    ``account_id`` is who writes. ``write_key`` is what a new worklog carries, so that it can be found again. ``more``
    is told in the event as well: where a worklog came from. ``started`` is where a new one begins, ``updated`` when an
    old one was last changed: by these Jira can be asked later what became of it. ``over``: whoever wrote has given up.
    ``wanted`` is what the write sets: seconds, start, and that it sets a comment, but not which.
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
    over: bool = False
    wanted: Values = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def made(self) -> int | None:
        """The worklog that came of it, where a new one was announced and is recorded."""
        return self.worklog_id if self.action is Action.WORKLOG_CREATED else None

    def settled(self) -> Intent:
        """The same, to be recorded by who did not write."""
        return replace(self, more={**self.more, "settled": True})


class Journal(Protocol):
    """Where writes to Jira are announced and recorded, each step in a transaction of its own."""

    def begin(self, intent: Intent, earlier: Intent | None = None) -> bool:
        """Announce a write, in the place of an ``earlier`` try if there was one; where that fails, there is none.

        False when somebody else is at the same new worklog just now.
        """

    def drop(self, intent: Intent) -> None:
        """It did not happen."""

    def leave(self, intent: Intent) -> None:
        """Nobody knows whether it happened, but it is not under way any more."""

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        """It happened: record the event in the place of the intent. ``after`` is None when the worklog is gone.

        What else was left of the same worklog had not happened before, and is measured by ``after`` from now on.
        """

    def earlier(self, intent_id: str) -> Intent | None:
        """The new worklog that was announced under this id, whether it is recorded already or not."""

    def keyed(self, account_id: str, write_key: str) -> Sequence[Intent]:
        """The new worklogs that somebody announced with this key, whether they are recorded already or not."""

    def left_on(self, issue_id: int) -> Sequence[Intent]:
        """What was announced of worklogs of an issue and is neither dropped nor recorded."""


class IntentStore(Journal, Protocol):
    """A journal that also knows of all of its site what is neither dropped nor recorded."""

    def left(self) -> Sequence[Intent]:
        """The intents, the oldest first."""


def new_id(account_id: str, key: str, issue_id: int, day: date, seconds: int) -> str:
    """The id of the one intent that there can be for a new worklog with this key and content."""
    return sha256(f"{account_id}\n{key}\n{issue_id}\n{day}\n{seconds}".encode()).hexdigest()[:32]


def wanted_of(started: datetime | None, seconds: int | None, comment: object = None) -> Values:
    """Return what a write sets, to know its work again later; a comment is not kept, only that there is one."""
    wanted: dict[str, Value] = {}
    if seconds is not None:
        wanted["seconds"] = seconds
    if started is not None:
        wanted["started"] = started.isoformat()
    if comment is not None:
        wanted["comment"] = True
    return wanted


def is_work_of(intent: Intent, worklog: Worklog) -> bool:
    """Return whether a worklog is as the write was to leave it. A comment that was set cannot be compared."""
    started = intent.wanted.get("started")
    return (
        "comment" not in intent.wanted
        and worklog.seconds == intent.wanted.get("seconds", intent.before.get("seconds"))
        and (not isinstance(started, str) or worklog.started == datetime.fromisoformat(started))
    )


def written(
    journal: Journal, intent: Intent, write: Callable[[], Written], earlier: Intent | None = None
) -> Written:
    """Write to Jira and record it. An intent whose end nobody knows stays behind."""
    if not journal.begin(intent, earlier):
        raise JiraUnavailable(UNSURE, wrote_maybe=True)
    try:
        after = write()
    except TimesheetError as error:
        if not (isinstance(error, JiraUnavailable) and _maybe(intent, error)):
            journal.drop(intent)
        elif error.status != LATE:
            journal.leave(intent)
        raise
    journal.finish(intent, after)
    return after


def _maybe(intent: Intent, error: JiraUnavailable) -> bool:
    """Whether it may have happened all the same. A change is sent again, so no single answer tells of all tries."""
    return error.wrote_maybe or intent.worklog_id is not None


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
