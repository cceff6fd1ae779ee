"""Let a read of Jira end early: because nobody may wait for it any longer, or because nobody wants it any more.

What ends is not a TimesheetError: code that goes on after what Jira refuses, with a note of what is missing, must
not go on after this.
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
    """Return False; for a read that nobody can cancel."""
    return False


def unheard(issues: int, worklogs: int) -> None:
    """Ignore how far a read is."""


@dataclass(frozen=True, slots=True)
class Patience:
    """For how long a read goes on: until a moment of the steady clock, or until it is ``stopped``.

    ``told`` is called with how many issues and worklogs a search has returned so far.
    """

    until: float = inf
    stopped: Callable[[], bool] = never
    told: Callable[[int, int], None] = unheard
    timer: Callable[[], float] = monotonic

    @property
    def seconds(self) -> float:
        """Return for how many seconds more the read may go on; infinity without a limit."""
        return self.until - self.timer()


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def with_patience(patience: Patience) -> Iterator[None]:
    """Limit everything that the block asks Jira, in the threads that it starts too."""
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
    """Return for how long the current read may wait, ``most`` at most. Raise TooSlow or Stopped if it has to end."""
    check_patience()
    patience = _patience.get()
    return most if patience is None else max(min(most, patience.seconds), 0.01)


def tell_progress(issues: int, worklogs: int) -> None:
    """Pass on how many issues and worklogs a search of the current read has returned so far."""
    patience = _patience.get()
    if patience is not None:
        patience.told(issues, worklogs)
