"""Limit how many requests of one process, and of one site, may wait for Jira at once.

A Jira that hangs occupies a thread for every request that waits for it. Requests that find no place queue in
order of arrival. The queue is bounded too, so threads always remain for the health check, for cached pages,
and for other sites.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from timesheet.domain.errors import AppBusy
from timesheet.domain.message import message

THREADS = 240
"""The threads of a worker, as in Procfile: those below, and some that never wait for Jira."""

MOST, MOST_OF_A_SITE = 72, 32
MOST_QUEUED, MOST_QUEUED_OF_A_SITE = 152, 100
PATIENCE_SECONDS = 10.0
RETRY_SECONDS = 5
SITE_FULL, APP_FULL = "site_full", "app_full"
RATE_LIMITED = "rate_limited"
"""Jira itself asked the app to wait for longer than a request can."""
SENTENCES = {
    SITE_FULL: message(
        "Timesheet is busy: many people of your site are reading from Jira at the same moment. "
        "What you typed is kept; try again in a few seconds."
    ),
    APP_FULL: message(
        "Timesheet is busy: many people are reading from Jira at the same moment. "
        "What you typed is kept; try again in a few seconds."
    ),
}

TurnedAway = Callable[[str], None]
"""Called with the reason if a request is refused instead of waiting for Jira."""


def ignore_refusal(why: str) -> None:
    """Ignore a refusal; the default if nobody counts them."""


@dataclass(slots=True)
class _Visit:
    """One request, and whether it has a place: it needs only one, however many calls it makes in parallel.

    A background read may outlast its request. Once the request is ``over``, the read takes no place, because
    nobody would release it. A request queues only once: its further reads are refused immediately after it
    ``waited`` in vain.
    """

    site: str
    inside: bool = False
    over: bool = False
    waited: bool = False


@dataclass(slots=True, eq=False)
class _Waiter:
    """A call of a request that waits for a place."""

    visit: _Visit
    called: threading.Event = field(default_factory=threading.Event)


_visit: ContextVar[_Visit | None] = ContextVar("visit", default=None)


class Bulkhead:
    """Counts the requests that wait for Jira. Work outside a request, such as a command, is not limited."""

    def __init__(
        self,
        turned_away: TurnedAway = ignore_refusal,
        *,
        most: int = MOST,
        of_a_site: int = MOST_OF_A_SITE,
        queued: int = MOST_QUEUED,
        queued_of_a_site: int = MOST_QUEUED_OF_A_SITE,
    ) -> None:
        self._turned_away = turned_away
        self._most, self._of_a_site = most, of_a_site
        self._most_queued, self._most_queued_of_a_site = queued, queued_of_a_site
        self._sites: Counter[str] = Counter()
        self._inside = 0
        self._queue: list[_Waiter] = []
        self._lock = threading.Lock()

    def begin(self, site: str) -> None:
        """Register a request of ``site`` in this thread; it is not counted before it has to wait."""
        _visit.set(_Visit(site))

    def end(self) -> None:
        """End the request of this thread, and give its place to the first in the queue that may have it."""
        visit = _visit.get()
        if visit is None:
            return
        _visit.set(None)
        with self._lock:
            visit.over = True
            if visit.inside:
                self._inside -= 1
                self._sites[visit.site] -= 1
                if not self._sites[visit.site]:
                    del self._sites[visit.site]
                if self._queue:
                    self._call_next()

    def enter(self) -> None:
        """Take a place before waiting for Jira. Raise AppBusy if there is none and none becomes free in time."""
        visit = _visit.get()
        if visit is None or visit.inside:
            return
        with self._lock:
            if not self._full(visit):
                self._let_in(visit)
                return
            waiter = self._queued(visit)
        if waiter is not None:
            waiter.called.wait(PATIENCE_SECONDS)
        why = self._still_full(visit, waiter)
        if why:
            self._turned_away(why)
            raise AppBusy(SENTENCES[why], retry_after=RETRY_SECONDS, reason=why)

    def _still_full(self, visit: _Visit, waiter: _Waiter | None) -> str:
        """Return why the wait was in vain; "" if a place became free, even at the last moment."""
        with self._lock:
            if waiter in self._queue:
                self._queue.remove(waiter)
                visit.waited = True
            why = self._full(visit)
            if not why:
                self._let_in(visit)
            return why

    def _queued(self, visit: _Visit) -> _Waiter | None:
        """Return a place in the queue; None if it is full, or if the request has already waited in vain."""
        if visit.waited:
            return None
        of_site = sum(waiter.visit.site == visit.site for waiter in self._queue)
        if len(self._queue) >= self._most_queued or of_site >= self._most_queued_of_a_site:
            return None
        waiter = _Waiter(visit)
        self._queue.append(waiter)
        return waiter

    def _call_next(self) -> None:
        for waiter in list(self._queue):
            if not self._full(waiter.visit):
                self._let_in(waiter.visit)
                self._queue.remove(waiter)
                waiter.called.set()

    def _let_in(self, visit: _Visit) -> None:
        # Another call of the same request may have come first.
        if not visit.inside and not visit.over:
            visit.inside = True
            self._inside += 1
            self._sites[visit.site] += 1

    def _full(self, visit: _Visit) -> str:
        """Return why there is no place for this request, according to the counts; "" if there is one."""
        if visit.inside:
            return ""
        if self._sites[visit.site] >= self._of_a_site:
            return SITE_FULL
        return APP_FULL if self._inside >= self._most else ""
