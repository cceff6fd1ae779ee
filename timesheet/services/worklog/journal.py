"""Record an audit event for every worklog that the app writes to Jira, even if the app is killed in between.

Jira is written first and cannot be rolled back. So the write is announced before as an intent, in a
transaction of its own, and the event replaces it in the transaction after Jira's response. A remaining intent
means that the outcome is unknown: ``settle`` asks Jira, and so does a repeated write or the next write to the
same worklog. Finding the worklog proves the write; not finding it proves nothing while the write may still be
in progress.
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
    """Return the id of the only intent that a new worklog with this key and content can have."""
    return sha256(f"{account_id}\n{key}\n{issue_id}\n{day}\n{seconds}".encode()).hexdigest()[:32]


def wanted_of(started: datetime | None, seconds: int | None, comment: object = None) -> Values:
    """Return what a write sets, to recognize its result later; of a comment, only that there is one."""
    wanted: dict[str, Value] = {}
    if seconds is not None:
        wanted["seconds"] = seconds
    if started is not None:
        wanted["started"] = started.isoformat()
    if comment is not None:
        wanted["comment"] = True
    return wanted


def is_work_of(intent: Intent, worklog: Worklog) -> bool:
    """Return True if a worklog is as the write was to leave it. A comment that was set cannot be compared."""
    started = intent.wanted.get("started")
    return (
        "comment" not in intent.wanted
        and worklog.seconds == intent.wanted.get("seconds", intent.before.get("seconds"))
        and (not isinstance(started, str) or worklog.started == datetime.fromisoformat(started))
    )


def written(
    journal: Journal, intent: Intent, write: Callable[[], Written], earlier: Intent | None = None
) -> Written:
    """Write to Jira and record it. If the outcome is unknown, the intent stays.

    A try that certainly did not happen says nothing about an ``earlier`` one, which is restored then.
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
    """Remove the announcement of a write that did not happen."""
    if earlier:
        journal.begin(earlier, intent)
    else:
        journal.drop(intent)


def record_written(recorder: AuditRecorder, intent: Intent, after: Worklog | None) -> AuditEvent:
    """Record the event of a write that Jira has accepted. Somebody else's worklog concerns its author too."""
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
    """Return the facts of a worklog for an event: issue, work date, and seconds, but no text."""
    return {"issue": worklog.issue_id, "day": worklog.day.isoformat(), "seconds": worklog.seconds}
