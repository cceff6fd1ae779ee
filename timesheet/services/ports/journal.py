"""Protocols for write-ahead intents: a write to Jira is announced before it is sent and recorded afterward."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Values
from timesheet.domain.worklog.worklog import Worklog

DONE_KEPT = timedelta(hours=24)
"""The time for which a new worklog is known by its key, for whoever repeats the request because the answer was lost.

A dialog or a refused cell may stay open for a working day before somebody presses Save again.
"""


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to happen. ``before`` is the worklog before it, None for a new one.

    ``account_id`` is the person who writes. ``write_key`` is stored in a new worklog, so it can be found
    again. ``more`` is added to the event, such as where a worklog came from. ``started`` is the start of a
    new one, ``updated`` the last change of an existing one; with them, Jira can be asked later for the
    outcome. ``wanted`` is what the write sets: seconds, start, and that it sets a comment, but not which.
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
    wanted: Values = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def made(self) -> int | None:
        """Return the id of the worklog that the write created, if a new one was announced and is recorded."""
        return self.worklog_id if self.action is Action.WORKLOG_CREATED else None

    def settled(self) -> Intent:
        """Return the same intent, to be recorded by somebody who did not write it."""
        return replace(self, more={**self.more, "settled": True})


class Intents(Protocol):
    """The intents of one site, each step in a transaction of its own."""

    def begin(self, intent: Intent, earlier: Intent | None = None) -> bool:
        """Announce a write, replacing an ``earlier`` try if there was one; if that fails, nothing is announced.

        Return False if somebody else is writing the same new worklog at the moment.
        """

    def drop(self, intent: Intent) -> None:
        """Remove an intent, because the write did not happen or was taken back."""

    def earlier(self, intent_id: str) -> Intent | None:
        """Return the new worklog that was announced under this id, recorded or not."""

    def keyed(self, account_id: str, write_key: str) -> Sequence[Intent]:
        """Return the new worklogs that were announced with this key, recorded or not."""

    def unfinished_on(self, issue_id: int) -> Sequence[Intent]:
        """Return the open intents for worklogs of an issue, neither dropped nor recorded."""

    def unfinished_near(self, issue_id: int, account_id: str) -> Sequence[Intent]:
        """Return the open intents for worklogs of an issue, and one person's for new worklogs on every issue.

        Among the latter are the new worklogs to which the person meant to move one of this issue.
        """

    def recent(self, since: datetime, account_id: str) -> Sequence[int]:
        """Return the issues on which the app has recorded a write since then, by whichever process.

        Those of this person's own writes come first, and the latest of both first.
        """

    def recorded(self, people: Collection[str], since: datetime) -> Sequence[Mapping[str, Any]]:
        """Return the worklogs of these people, before and after each write that was recorded since then.

        Writes by these people for others are among them.
        """

    def unfinished(self) -> Sequence[Intent]:
        """Return all open intents of the site, oldest first."""


class Journal(Intents, Protocol):
    """A journal in which writes to Jira are announced and recorded."""

    def finish(self, intent: Intent, after: Worklog | None) -> None:
        """Replace the intent by its event, because the write happened. ``after`` is None if the worklog is gone.

        Other open intents for the same worklog had not happened before. From now on they are compared with ``after``,
        which is what they change if they happen later.
        """

    def give_up(self, intent: Intent) -> None:
        """Replace the intent by an event that says: the outcome is unknown, and nobody can be asked about it."""


class IntentStore(Intents, Protocol):
    """Stores intents without interpreting them."""

    def completing(self, intent: Intent, after: Worklog | None) -> AbstractContextManager[None]:
        """Open a transaction in which an intent is taken and its event recorded: both are kept or neither.

        Raise DatabaseBusy if the database does not respond in time. Any other failure of the database is logged and
        not raised, because Jira has the write. In both cases the intent stays open, to be settled later.
        """

    def take(self, intent: Intent, after: Worklog | None) -> Intent | None:
        """Lock the site and close an intent; return it with the people who are stored now, None if it was recorded.

        An intent that was dropped too early is returned too: its write has happened, and nobody has recorded it.

        A new worklog stays known by its key, with the id of ``after``. Other open intents for the same worklog
        are compared with ``after`` from now on, or removed if it is gone.
        """

    def remove(self, intent: Intent) -> bool:
        """Lock the site and remove an intent; return False if it was no longer open. Others stay as they are."""
