"""End a read of Jira early, because its caller may not wait any longer or because it was canceled.

The exceptions are not TimesheetErrors: code that continues after a refusal of Jira, with a note about what is
missing, must not continue after these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from time import monotonic


class Ended(Exception):
    """The read ended before Jira had answered everything; nothing of it is kept."""


class TooSlow(Ended):
    """The read took longer than its caller may wait."""


class Stopped(Ended):
    """The read was canceled."""


def never() -> bool:
    """Return False, for work that nobody can cancel."""
    return False


def ignore_progress(issues: int, worklogs: int) -> None:
    """Ignore the progress of a read."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The limit of a read: a time of the monotonic clock, or when it is ``stopped``.

    ``progress`` is called with how many issues and worklogs a search has returned so far.
    """

    until: float = inf
    stopped: Callable[[], bool] = never
    progress: Callable[[int, int], None] = ignore_progress
    timer: Callable[[], float] = monotonic

    @property
    def seconds(self) -> float:
        """Return how many more seconds the read may take; infinity without a limit."""
        return self.until - self.timer()


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def with_patience(patience: Patience) -> Iterator[None]:
    """Limit all calls to Jira in the block, including those in threads that it starts."""
    token = _patience.set(patience)
    try:
        yield
    finally:
        _patience.reset(token)


def check_patience() -> None:
    """Raise TooSlow or Stopped if the current read has to end. Called before each call, and while waiting."""
    patience = _patience.get()
    if patience is None:
        return
    if patience.seconds <= 0:
        raise TooSlow
    if patience.stopped():
        raise Stopped


def seconds_left(most: float) -> float:
    """Return how long the current read may wait, at most ``most`` seconds.

    Raise TooSlow or Stopped if it has to end.
    """
    patience = _patience.get()
    if patience is None:
        return most
    check_patience()
    return max(min(most, patience.seconds), 0.01)


def report_progress(issues: int, worklogs: int) -> None:
    """Pass on how many issues and worklogs a search of the current read has returned so far."""
    patience = _patience.get()
    if patience is not None:
        patience.progress(issues, worklogs)
