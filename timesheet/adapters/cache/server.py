"""Call the cache server, but not while it fails to answer properly.

A server that is gone, hangs, is slow, is full, or sends garbage is *away*. Then nobody waits for it. A thread
tests it every half second, and brings it up to date before it is used again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from timesheet.adapters.cache.away import Away

T = TypeVar("T")

ANSWER_SECONDS, CONNECT_SECONDS = 0.5, 0.5
SLOW_SECONDS, SLOW_IN_A_ROW = 0.25, 3
OWN_PART = 0.3
"""The share of a core from which on the process's own threads may have kept an answer waiting."""
SAMPLE_SECONDS = 0.05
"""The greatest age of the last reading of the processor time. With many threads, one before each question costs more
than the rest of the question."""
REST_SECONDS = 0.5
PROBE = "timesheet:probe"
PROBE_MILLISECONDS = 10_000

FAULTS = (
    redis.RedisError,
    OSError,
    # The errors of the client's parser for bytes that are not the protocol.
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
    MemoryError,
)

log = structlog.stdlib.get_logger(__name__)


Start = Callable[[Callable[[], None]], None]
"""Runs a function in the background."""


def in_thread(work: Callable[[], None]) -> None:
    """Run ``work`` in a thread that does not keep the process alive."""
    threading.Thread(target=work, name="cache-server", daemon=True).start()


def connect(url: str) -> redis.Redis:
    """Return a client that gives up soon. A connection that the server closed is replaced once, without a pause."""
    again = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
    return redis.Redis.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=again,
        health_check_interval=0,
    )


class CacheServer:
    """The server, and whether it is away. Thread safe."""

    def __init__(
        self,
        client: redis.Redis,
        start: Start = in_thread,
        now: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.process_time,
    ) -> None:
        self._client = client
        self._start, self._now, self._used = start, now, used
        self._lock = threading.Lock()
        self._away_since: float | None = None
        self._slow = 0
        self._sample = now(), used()
        self._on_return: list[Callable[[], None]] = []

    @property
    def away(self) -> bool:
        """Return True while calls are not sent, because the server does not answer properly."""
        return self._away_since is not None

    def when_back(self, update: Callable[[], None]) -> None:
        """Call ``update`` each time the server answers again, before anybody else uses it; it may use ``reach``."""
        self._on_return.append(update)

    def ask(self, do: Callable[[redis.Redis], T]) -> T:
        """Return the result of ``do``. Raise Away at once while the server is away, or if it fails now."""
        if self.away:
            raise Away
        started = self._now()
        if started - self._sample[0] >= SAMPLE_SECONDS:
            self._sample = started, self._used()
        at, used = self._sample
        try:
            result = self.reach(do)
        except Away as error:
            self._lost(str(error))
            raise
        if self._now() - started < SLOW_SECONDS:
            self._slow = 0
        elif not self._busy_since(at, used):
            # Otherwise leaving the server alone would add to the work of this process.
            self._count_slow()
        return result

    def run(self, script: str, names: Sequence[str], arguments: Sequence[str]) -> Any:
        """Return what a script returns. Raise Away as ``ask`` does."""
        return self.ask(lambda client: client.eval(script, len(names), *names, *arguments))

    def reach(self, do: Callable[[redis.Redis], T]) -> T:
        """Return the result of ``do``, even while the server is away. Raise Away if it fails."""
        try:
            return do(self._client)
        except FAULTS as error:
            self._client.connection_pool.disconnect(inuse_connections=False)
            raise Away(type(error).__name__) from error

    def try_again(self) -> bool:
        """Return True if the server works again: it stores, answers quickly, and has been brought up to date.

        A slow one is brought up to date too: other processes, for which it may be fast, rely on what it stores.
        """
        started, used = self._now(), self._used()
        try:
            self.reach(_probe)
            slow = self._now() - started >= SLOW_SECONDS and not self._busy_since(started, used)
            for update in self._on_return:
                update()
        except Away:
            return False
        if slow:
            return False
        with self._lock:
            since, self._away_since, self._slow = self._away_since, None, 0
        if since is not None:
            log.warning("cache_back", seconds=round(self._now() - since, 1))
        with suppress(Away):
            # Changes that were noted meanwhile.
            self.ask(lambda _: [update() for update in self._on_return])
        return True

    def _busy_since(self, at: float, used: float) -> bool:
        """Return whether the process's own threads may have kept an answer waiting since ``at``.

        ``used`` is the processor time of the process at that moment, in seconds.
        """
        return self._used() - used > OWN_PART * (self._now() - at)

    def _count_slow(self) -> None:
        self._slow += 1
        if self._slow >= SLOW_IN_A_ROW:
            self._lost("slow")

    def _lost(self, why: str) -> None:
        with self._lock:
            if self.away:
                return
            self._away_since = self._now()
        log.warning("cache_away", kind=why)
        self._start(self._return)

    def _return(self) -> None:
        pause = threading.Event()
        while not self.try_again():
            pause.wait(REST_SECONDS)


def _probe(client: redis.Redis) -> None:
    """Store and read a value; raise ValueError if it is not the same, as a full server or a replica would show."""
    value = str(time.time_ns()).encode()
    name = f"{PROBE}:{threading.get_ident()}:{value.decode()}"
    client.set(name, value, px=PROBE_MILLISECONDS)
    found: Any = client.get(name)
    client.delete(name)
    if found != value:
        raise ValueError("the cache server does not store what it is given")
