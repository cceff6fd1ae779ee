"""Who may wait for Jira: so many requests of one process and no more, and of those only a part of one site.

A Jira that hangs holds a thread for every request that waits for it. What is not let in here is refused after a moment
and in a sentence, so that there are always threads left for the health path, for what is cached and for other sites.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from timesheet.domain.errors import JiraBusy

THREADS = 96
"""The threads of a worker, as Procfile says: those below, and some that are never Jira's."""

MOST, MOST_OF_A_SITE, MOST_QUEUED = 72, 32, 16
PATIENCE_SECONDS = 1.0
RETRY_SECONDS = 5
SITE_FULL, APP_FULL = "site_full", "app_full"
SENTENCES = {
    SITE_FULL: "Jira of this site is not answering just now: too many here wait for it already. "
    "What you typed is kept; try again in a few seconds.",
    APP_FULL: "Jira is not answering just now: too many wait for it already. "
    "What you typed is kept; try again in a few seconds.",
}

TurnedAway = Callable[[str], None]
"""Hears that somebody was refused instead of waiting for Jira, and why."""


def unheard(why: str) -> None:
    """Nobody counts them."""


@dataclass(slots=True)
class _Visit:
    """One request, and whether it was let in: once is enough, however many calls it makes side by side."""

    site: str
    inside: bool = False


_visit: ContextVar[_Visit | None] = ContextVar("visit", default=None)


class Bulkhead:
    """Counts the requests that wait for Jira. Work that is no request, such as a command, is not held up."""

    def __init__(
        self, turned_away: TurnedAway = unheard, *, most: int = MOST, of_a_site: int = MOST_OF_A_SITE
    ) -> None:
        self._turned_away = turned_away
        self._most, self._of_a_site = most, of_a_site
        self._sites: Counter[str] = Counter()
        self._inside = self._queued = 0
        self._changed = threading.Condition()

    def begin(self, site: str) -> None:
        """A request of ``site`` begins in this thread; it is not counted before it has to wait."""
        _visit.set(_Visit(site))

    def end(self) -> None:
        """The request of this thread is over, and its place is free."""
        visit = _visit.get()
        if visit is None:
            return
        _visit.set(None)
        if visit.inside:
            with self._changed:
                self._inside -= 1
                self._sites[visit.site] -= 1
                if not self._sites[visit.site]:
                    del self._sites[visit.site]
                self._changed.notify_all()

    def enter(self) -> None:
        """Called before waiting for Jira; JiraBusy when too many do already and none is done within a moment."""
        visit = _visit.get()
        if visit is None or visit.inside:
            return
        with self._changed:
            if self._full(visit) and self._queued < MOST_QUEUED:
                self._queue(visit)
            if why := self._full(visit):
                self._turned_away(why)
                raise JiraBusy(SENTENCES[why], retry_after=RETRY_SECONDS, reason=why)
            self._let_in(visit)

    def _queue(self, visit: _Visit) -> None:
        self._queued += 1
        try:
            self._changed.wait_for(lambda: not self._full(visit), PATIENCE_SECONDS)
        finally:
            self._queued -= 1

    def _let_in(self, visit: _Visit) -> None:
        # Another of the request's own calls may have come first.
        if not visit.inside:
            visit.inside = True
            self._inside += 1
            self._sites[visit.site] += 1

    def _full(self, visit: _Visit) -> str:
        """Why there is no place for this request, as the counts say it; "" where there is one."""
        if visit.inside:
            return ""
        if self._sites[visit.site] >= self._of_a_site:
            return SITE_FULL
        return APP_FULL if self._inside >= self._most else ""
