"""Find runs whose worker has died, and notice that the clock of this machine was set back.

A run is lost if its beat has not risen for a while, by this process's monotonic clock, which nobody can set. So a
machine whose clock is wrong, or is changed by a minute, takes no run away from a living worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic

from timesheet.services.ports.job import RunningJob

BEAT_SECONDS = 10.0
"""The time after which a worker shows again that a run is alive."""
LOST_SECONDS = 60.0
"""The time that a run may be silent before another worker takes it; several beats may be late on a busy machine."""
CLOCKS_APART = timedelta(minutes=1)
"""The time by which the clocks of two workers may differ."""
COMPARED_SECONDS = 3600.0
"""The pause between two looks for runs that seem to be of the future while the clock of this machine is not set."""


class Watch:
    """Remembers when each run in progress was last seen to beat."""

    def __init__(self, timer: Callable[[], float] = monotonic, lost_after: float = LOST_SECONDS) -> None:
        self._timer, self._lost_after = timer, lost_after
        self._seen: dict[RunningJob, float] = {}

    def lost(self, running: Iterable[RunningJob]) -> Sequence[RunningJob]:
        """Return the runs whose beat has not risen for too long. ``running`` are all runs that are in progress now."""
        now = self._timer()
        self._seen = {run: self._seen.get(run, now) for run in running}
        return [run for run, since in self._seen.items() if now - since >= self._lost_after]

    def begin_again(self) -> None:
        """Forget how long runs have been silent, because none could show that it is alive."""
        self._seen = {}


class ClockWatch:
    """Says when to look for runs that seem to have ended in the future: their clock, or this one, was set back since.

    They may also be of a living worker whose clock is ahead. It runs them again at once, so looking all the time would
    run them all the time.
    """

    def __init__(self, timer: Callable[[], float] = monotonic) -> None:
        self._timer = timer
        self._read: tuple[datetime, float] | None = None
        self._compared_at = float("-inf")
        self._due = False

    def compares(self, now: datetime) -> bool:
        """Return True at the first call, after the clock was set back, and every hour, until `note_compared`.

        ``now`` is the clock's time.
        """
        at, before = self._timer(), self._read
        self._read = now, at
        set_back = before is not None and before[0] + timedelta(seconds=at - before[1]) - now > CLOCKS_APART
        self._due |= set_back or at - self._compared_at >= COMPARED_SECONDS
        return self._due

    def note_compared(self) -> None:
        """Note that the runs were looked for, and not given up because the database was busy."""
        if self._due:
            self._due, self._compared_at = False, self._timer()
