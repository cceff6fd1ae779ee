"""The protocol for stored timers of one site's people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from timesheet.domain.timer import Timer


class TimerStore(Protocol):
    """The timers of one site, at most one for each person. Each change is a transaction of its own."""

    def read(self, account_id: str) -> Timer | None:
        """Return a person's timer."""

    def of(self, account_ids: Collection[str]) -> Sequence[Timer]:
        """Return the timers of these people, in no particular order."""

    def add(self, timer: Timer) -> bool:
        """Store a new timer; return False, and change nothing, if the person has one already."""

    def change(self, timer: Timer) -> bool:
        """Replace the timer that was started at the same instant; return False if it is gone."""

    def remove(self, timer: Timer) -> bool:
        """Delete the timer that was started at the same instant; return False if it is gone."""
