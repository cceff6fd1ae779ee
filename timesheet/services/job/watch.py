"""Find runs whose worker has died: their beat has not risen for a while, by this process's monotonic clock.

It does not compare clocks, and it reads none that somebody can set. So a machine whose clock is wrong, or is
changed by a minute, takes no run away from a living worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from timesheet.services.ports.job import RunningJob

BEAT_SECONDS = 10.0
"""How often a worker shows that a run is alive."""
LOST_SECONDS = 60.0
"""How long a run may be silent before another worker takes it; several beats may be late on a busy machine."""


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
