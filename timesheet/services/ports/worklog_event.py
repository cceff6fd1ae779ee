"""Protocol for the events about worklogs that Jira sent and that nobody has worked off yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from timesheet.services.ports.change_feed import FeedPosition

GONE = 0
"""The version of a worklog that was deleted: there is only one."""


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """What an event says in ids and instants, without seconds or text: those are read from Jira when they are needed.

    ``version`` is the worklog's last change in epoch milliseconds, GONE for a deletion; events about the same
    version of a worklog are the same event. ``who`` changed it, if Jira says so. ``started`` is None for a
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
        return self.version == GONE


class WorklogEventStore(Protocol):
    """The events of one site. One that is worked off is remembered for a while, by its worklog and version only."""

    def put(self, event: ReceivedEvent) -> bool:
        """Store an event; False if it is known already."""

    def waiting(self, worklog_id: int) -> Sequence[ReceivedEvent]:
        """Return the events about one worklog that are not worked off, oldest version first, a deletion last."""

    def work_off(self, events: Collection[ReceivedEvent], now: datetime) -> None:
        """Erase what these say, and remember that they were heard."""

    def heard(self, versions: Collection[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        """Return those of these worklogs and versions that an event told of."""

    def position(self) -> FeedPosition | None:
        """Return how far Jira's lists of changes were read; None before the first time."""

    def save_position(self, position: FeedPosition) -> None:
        """Remember how far they were read."""

    def forget(self, before: datetime) -> int:
        """Forget what was worked off before then; return how many."""
