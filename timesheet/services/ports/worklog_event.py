"""Protocol for the events about worklogs that Jira sent and that are not processed yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Protocol

from timesheet.domain.span import DateSpan
from timesheet.services.ports.change_feed import FeedPosition

DELETED_VERSION = 0
"""The version of a worklog that was deleted: there is only one."""


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """The content of an event in ids and instants. Seconds and text are read from Jira when they are needed.

    ``version`` is the worklog's last change in epoch milliseconds, DELETED_VERSION for a deletion; events about the
    same version of a worklog are the same event. ``who`` changed it, if Jira says so. ``started`` is None for a
    deletion.
    """

    worklog_id: int
    version: int
    issue_id: int
    author: str | None
    who: str | None
    started: datetime | None

    @property
    def deleted(self) -> bool:
        """Return True if the worklog was deleted."""
        return self.version == DELETED_VERSION

    @property
    def days(self) -> DateSpan | None:
        """Return the days that may be its work date, in whichever zone; None for a deletion."""
        if self.started is None:
            return None
        day = self.started.astimezone(UTC).date()
        return DateSpan(day, day).padded(1)


class Put(Enum):
    """The result of storing an event."""

    KNOWN = "stored before"
    WAITING = "to be processed"
    DONE = "nothing to process"


class WorklogEventStore(Protocol):
    """The events of one site. A processed event is remembered for a while, by its worklog and version only."""

    def put(self, event: ReceivedEvent, now: datetime) -> Put:
        """Store an event that is not known yet.

        It waits only if a closing in force has its worklog or one of its days. Otherwise it cannot have changed
        a closed period, and is stored as processed.
        """

    def waiting(self, worklog_id: int) -> Sequence[ReceivedEvent]:
        """Return the unprocessed events about one worklog, oldest version first, a deletion last."""

    def mark_processed(self, events: Collection[ReceivedEvent], now: datetime) -> None:
        """Erase the content of these events, and remember that they were received."""

    def withdraw(self, event: ReceivedEvent) -> None:
        """Delete an event that waits, as if it had not arrived."""

    def recorded(self, versions: Collection[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        """Return those of these worklogs and versions that an event reported."""

    def position(self) -> FeedPosition | None:
        """Return how far Jira's lists of changes were read; None before the first time."""

    def save_position(self, position: FeedPosition) -> None:
        """Remember how far they were read."""

    def forget(self, before: datetime) -> int:
        """Delete the events that were processed before then; return how many."""
