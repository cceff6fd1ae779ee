"""Every worklog that the app writes to Jira leaves an audit event, even when the app dies in the middle.

Jira is written first and cannot be rolled back. So what is about to happen is kept before, as an intent, in a
transaction of its own; the event takes its place in the transaction that follows Jira's answer. An intent that stays
behind tells that nobody knows what became of it: ``settle`` asks Jira, and so does who repeats the write or goes on
with the same worklog. That something is there proves that it was written; that it is not there proves nothing while
the write may still be under way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from timesheet.domain.audit import AuditEvent, Value, Values
from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.worklog import Worklog
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.journal import Intent, Journal

Written = TypeVar("Written", bound=Worklog | None)
UNDER_WAY = timedelta(minutes=3)
"""A write that Jira did not answer counts as under way for so long: a try of half a minute, a look of a minute and a
half, and as long as a proxy may keep a write whose connection is gone."""
DONE_KEPT = timedelta(hours=24)
"""For so long a new worklog is known by its key, for who repeats the request because the answer was lost.

A dialog or a refused cell may stay open for a working day before somebody presses Save again.
"""
UNSURE = (
    "The same request is being answered already, or its answer was lost, so the time may or may not be saved. "
    "Try again in a few minutes: what was saved is found and not written twice."
)


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
    """Write to Jira and record it. An intent whose end nobody knows stays behind.

    A try that certainly did not happen tells nothing of an ``earlier`` one, which is put back then.
    """
    if not journal.begin(intent, earlier):
        raise JiraUnavailable(UNSURE, wrote_maybe=True)
    try:
        after = write()
    except TimesheetError as error:
        if not (isinstance(error, JiraUnavailable) and error.wrote_maybe):
            _take_back(journal, intent, earlier)
        raise
    journal.finish(intent, after)
    return after


def _take_back(journal: Journal, intent: Intent, earlier: Intent | None) -> None:
    """Undo the announcement of a write that did not happen."""
    if earlier:
        journal.begin(earlier, intent)
    else:
        journal.drop(intent)


def record_written(recorder: AuditRecorder, intent: Intent, after: Worklog | None) -> AuditEvent:
    """The event of a write that Jira has accepted. Somebody else's worklog concerns its author as well."""
    worklog_id = after.id if after else intent.worklog_id
    author = after.author if after else intent.author
    return record(
        replace(recorder, actor=intent.account_id),
        intent.action,
        str(worklog_id),
        people=[author],
        before=intent.before,
        after={**(facts(after) if after else {}), **intent.more},
    )


def facts(worklog: Worklog) -> Values:
    """What of a worklog stands in an event: its issue, work date and seconds, nothing anybody wrote."""
    return {"issue": worklog.issue_id, "day": worklog.day.isoformat(), "seconds": worklog.seconds}
