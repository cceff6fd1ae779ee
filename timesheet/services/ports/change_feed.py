"""Protocol for Jira's lists of changed and of deleted worklogs, as the app itself sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FeedPage:
    """One page: worklog ids with the time of their change, oldest first, both in epoch milliseconds.

    The next page begins at ``until``. ``last`` means that there is no next page yet.
    """

    changes: Sequence[tuple[int, int]]
    until: int
    last: bool


@dataclass(frozen=True, slots=True)
class ChangedWorklog:
    """The current state of a worklog in ids and instants. ``updated`` is in epoch milliseconds."""

    id: int
    issue_id: int
    author: str | None
    who: str | None
    updated: int
    started: datetime


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """The point up to which both lists were read, in epoch milliseconds."""

    updated: int
    deleted: int


class ChangeFeed(Protocol):
    """The lists of one site. They leave out the last minute; worklogs hidden from the app are not in the first.

    Every method may raise JiraUnavailable, JiraBusy, or NotAllowed.
    """

    def updated(self, since: int) -> FeedPage:
        """Return the worklogs that were created or changed since then."""

    def deleted(self, since: int) -> FeedPage:
        """Return the worklogs that were deleted since then."""

    def read(self, worklog_ids: Sequence[int]) -> Sequence[ChangedWorklog]:
        """Return those of these worklogs (at most a thousand) that still exist."""
