"""Write-ahead intents: what is about to be written to Jira is announced before, and recorded after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from timesheet.domain.audit import Values
from timesheet.domain.audit_action import Action
from timesheet.domain.worklog import Worklog


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to happen. ``before`` is the worklog as it was, None for a new one.

    ``account_id`` is who writes. ``write_key`` is what a new worklog carries, so that it can be found again. ``more``
    is told in the event as well: where a worklog came from. ``started`` is where a new one begins, ``updated`` when an
    old one was last changed: by these Jira can be asked later what became of it. ``wanted`` is what the write sets:
    seconds, start, and that it sets a comment, but not which.
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

    def left_moves(self, account_id: str, worklog_id: int) -> Sequence[Intent]:
        """The new worklogs in which somebody meant to move this one and that are neither dropped nor recorded."""


class IntentStore(Journal, Protocol):
    """A journal that also knows of all of its site what is neither dropped nor recorded."""

    def left(self) -> Sequence[Intent]:
        """The intents, the oldest first."""
