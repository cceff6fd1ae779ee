"""The cache shared by several processes: Redis or Valkey, with all values encrypted and expiring.

Each process keeps decoded copies of what it has read. The server confirms before each use that a copy is
current, so reading an unchanged value neither transfers nor decrypts it. What a request usually reads is confirmed
together (see Prefetch). While the server is away each process uses its copies alone, and notes what it writes, for the
server to get when it is back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import redis
import structlog

from timesheet.adapters.cache.away import Away
from timesheet.adapters.cache.envelope import Envelopes
from timesheet.adapters.cache.flight import BRIEF_SECONDS, Enter, Flights, anybody
from timesheet.adapters.cache.lease import Leases
from timesheet.adapters.cache.memory import MOST_BYTES, UNCOUNTED, Lookups, MemoryCache, light
from timesheet.adapters.cache.missed import Missed, MissedChanges
from timesheet.adapters.cache.prefetch import Copy, Prefetches
from timesheet.adapters.cache.server import CacheServer
from timesheet.adapters.cache.shared_value import PREFIX, Ask, SharedValues, name_of
from timesheet.services.ports.cache import ValueChange
from timesheet.services.resilience.patience import check_patience

T = TypeVar("T")

log = structlog.stdlib.get_logger(__name__)

POLL_SECONDS, LONGEST_POLL_SECONDS = 0.02, 0.1
RESULT_MILLISECONDS = 10_000


class _Nothing:
    """The outcome if another process left no result."""


NOTHING = _Nothing()


class RedisCache:
    """See Cache, and SharedValues for what the server holds."""

    def __init__(
        self,
        server: CacheServer,
        envelopes: Envelopes,
        sleep: Callable[[float], None] = time.sleep,
        enter: Enter = anybody,
        weigh: Callable[[Any], int] = light,
        most_bytes: int = MOST_BYTES,
        lookups: Lookups = UNCOUNTED,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._lookups = lookups
        self._sleep = sleep
        self._enter = enter
        self._flights = Flights(enter)
        self._leases = Leases(self)
        self._near = MemoryCache(weigh=lambda copy: weigh(copy.value), most_bytes=most_bytes)
        self._prefetches = Prefetches()
        self._envelopes = envelopes
        self._values = SharedValues(envelopes, self._near, self._prefetches.wrote, sleep, now)
        self._missed = MissedChanges()
        server.when_back(self._catch_up)

    @property
    def isolated(self) -> bool:
        """See Cache."""
        return self._server.away

    def run(self, script: str, names: Sequence[str], arguments: Sequence[str]) -> Any:
        """Return what a script on the server returns, and read with it what this request usually reads.

        Raise Away if the server does not answer.
        """
        prefetch = self._prefetches.current
        usual = prefetch.to_ask(()) if prefetch else ()
        if not (prefetch and usual):
            return self._server.run(script, names, arguments)
        returned: list[Any] = []

        def ask(read: Callable[[redis.Redis], Any]) -> Any:
            def both(client: redis.Redis) -> Any:
                with client.pipeline(transaction=False) as together:
                    together.eval(script, len(names), *names, *arguments)
                    read(together)
                    result, found = together.execute()
                returned.append(result)
                return found

            return self._server.ask(both)

        prefetch.confirm(usual, self._values.read(usual, ask))
        return returned[0]

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        return self._flights.share(key, lambda: self._created(key, create, ttl))  # type: ignore[no-any-return]

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """See Cache. While the server is away, only the threads of one process wait for each other."""
        lock = f"{name_of(key)}:lock"
        with self._flights.turn(key):
            # The changes of the caller before have to be seen.
            self._prefetches.forget()
            token = self._turn_of(lock)
            if token is None:
                yield
                return
            with self._leases.renewed(lock, token):
                yield

    def prefetch(self, name: str) -> AbstractContextManager[None]:
        """See Cache. Only the thread that opens the prefetch takes part in it."""
        return self._prefetches.open(name)

    def get(self, key: str) -> Any:
        return self.get_all((key,))[0]

    def get_all(self, keys: Sequence[str]) -> list[Any]:
        values = self._found_all(keys)
        for value in values:
            if value is None:
                self._lookups.missed()
            else:
                self._lookups.found()
        return values

    def _found(self, key: str) -> Any:
        return self._found_all((key,))[0]

    def _found_all(self, keys: Sequence[str]) -> list[Any]:
        try:
            copies = self._fetch(keys)
        except Away:
            copies = [self._near.get(key) for key in keys]
        return [None if copy is None else copy.value for copy in copies]

    def put(self, key: str, value: object, ttl: float) -> None:
        self._put_all({key: value}, ttl)

    def put_all(self, values: Mapping[str, object], ttl: float) -> None:
        if values:
            self._put_all(values, ttl)

    def _put_all(self, values: Mapping[str, object], ttl: float, *, created: bool = False) -> None:
        def later() -> None:
            for key in values:
                self._missed.put(key, created=created)
                self._prefetches.wrote(key, self._near.get(key))

        self._or_later(lambda: self._values.store(values, ttl, self._server.ask), later)

    def update(self, key: str, change: Callable[[Any], Any], ttl: float | None = None) -> Any:
        return self._or_later(
            lambda: self._values.update(key, change, ttl, self._server.ask),
            lambda: self._update_alone(key, change, ttl),
        )

    def update_all(self, changes: Mapping[str, Callable[[Any], Any]]) -> list[Any]:
        return self._or_later(  # type: ignore[no-any-return]
            lambda: self._values.update_all(changes, self._server.ask),
            lambda: [self._update_alone(key, change, None) for key, change in changes.items()],
        )

    def _update_alone(self, key: str, change: Callable[[Any], Any], ttl: float | None) -> Any:
        """Change the own copy only, and note that the server misses the change."""
        copy = self._near.update(key, lambda copy: Copy(change(copy.value), b""), ttl)
        self._missed.update(key, change, ttl)
        self._prefetches.wrote(key, copy)
        return copy and copy.value

    def change(
        self,
        key: str,
        new: Callable[[], T],
        change: Callable[[T], T],
        ttl: float,
        *,
        renew: bool = True,
    ) -> None:
        later = ttl if renew else None

        def alone() -> None:
            if self._near.get(key) is None:
                self._near.put(key, Copy(new(), b""), ttl)
                self._missed.put(key, created=True)
            self._update_alone(key, change, later)

        def add(ask: Ask) -> bool:
            return self._values.add(key, lambda: change(new()), ttl, ask)

        self._or_later(lambda: self._values.update(key, change, later, self._server.ask, add), alone)

    def change_all(self, changes: Mapping[str, ValueChange]) -> None:
        replaced: Collection[str] = self._or_later(
            lambda: self._values.replace_known(changes, self._server.ask), tuple
        )
        for key, change in changes.items():
            if key not in replaced:
                self.change(key, *change)

    def delete(self, key: str) -> None:
        self._near.delete(key)
        name = name_of(key)
        self._or_later(
            lambda: self._server.ask(lambda client: client.delete(name)), lambda: self._missed.delete(key)
        )
        self._prefetches.wrote(key, None)

    def _or_later(self, now: Callable[[], Any], note: Callable[[], Any]) -> Any:
        """Make a change on the server, or note it for when the server is back; return what either returns."""
        try:
            return now()
        except Away:
            noted = note()
            if not self._server.away:
                # The server came back in between.
                with suppress(Away):
                    self._server.ask(lambda _: self._catch_up())
            return noted

    def _fetch(self, keys: Sequence[str]) -> list[Copy | None]:
        """Return the current values, from the own copies if the server says that they are current."""
        prefetch = self._prefetches.current
        if prefetch is None:
            return self._values.read(keys, self._server.ask) if keys else []
        unknown = [key for key in keys if not prefetch.knows(key)]
        if unknown:
            keys_to_read = prefetch.to_ask(unknown)
            prefetch.confirm(keys_to_read, self._values.read(keys_to_read, self._server.ask))
        return [prefetch.copy(key) for key in keys]

    def _created(self, key: str, create: Callable[[], T], ttl: float) -> T:
        """Return a value that one process creates while the others wait for it, as long as it lives."""
        name = name_of(key)
        lock = f"{name}:lock"
        # The previous holder of the lock may have stored the value.
        self._prefetches.forget()
        try:
            token, holder = self._leases.take(lock)
            if holder is not None:
                found = self._result_of(key, lock, holder, ttl)
                if not isinstance(found, _Nothing):
                    return found  # type: ignore[no-any-return]
                # The creator failed or died. Nobody waits for a second one.
                self._prefetches.forget()
                token, holder = self._leases.take(lock)
        except Away:
            return self._make(key, create, ttl)
        if holder is not None:
            return self._make(key, create, ttl)
        with self._leases.renewed(lock, token):
            value = self._make(key, create, ttl)
            if ttl <= 0:
                self._pass_on(lock, token, value)
            return value

    def _make(self, key: str, create: Callable[[], T], ttl: float) -> T:
        if ttl <= 0:
            return create()
        found = self._found(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        value = create()
        self._put_all({key: value}, ttl, created=True)
        return value

    def _pass_on(self, lock: str, token: str, value: object) -> None:
        """Give a value that is not cached to the processes that wait for it, if there are any."""
        try:
            if self._server.ask(lambda client: client.exists(_waiting(lock))):
                name = _result(lock, token)
                sealed = self._envelopes.pack(name, value)
                self._server.ask(lambda client: client.set(name, sealed, px=RESULT_MILLISECONDS))
        except Away:
            return

    def _result_of(self, key: str, lock: str, holder: bytes, ttl: float) -> Any:
        """Wait for what ``holder`` creates, and return it; NOTHING if it failed or died."""
        for _ in self._waits():
            if ttl > 0 and (found := self._found(key)) is not None:
                return found
            if self._server.ask(partial(_is_locked_by, lock, holder)):
                continue
            return self._passed_on(lock, holder) if ttl <= 0 else self._last_read(key)
        raise AssertionError("the waiting does not end by itself")

    def _last_read(self, key: str) -> Any:
        found = self._found(key)
        return NOTHING if found is None else found

    def _passed_on(self, lock: str, holder: bytes) -> Any:
        name = _result(lock, holder.decode("ascii", "replace"))
        sealed: Any = self._server.ask(lambda client: client.get(name))
        try:
            return NOTHING if sealed is None else self._envelopes.unpack(name, bytes(sealed))
        except ValueError:
            return NOTHING

    def _turn_of(self, lock: str) -> str | None:
        """Return the token of the lock when it is free; None if the server is away."""
        try:
            for _ in self._waits():
                token, holder = self._leases.take(lock)
                if holder is None:
                    return token
        except Away:
            return None
        return None

    def _waits(self) -> Iterator[None]:
        """Yield at once, and then repeatedly after slowly growing pauses."""
        waited, pause = 0.0, POLL_SECONDS
        while True:
            yield
            if waited > BRIEF_SECONDS:
                # A wait longer than this is a wait for Jira.
                self._enter()
            check_patience()
            self._sleep(pause)
            self._prefetches.forget()
            waited += pause
            pause = min(LONGEST_POLL_SECONDS, pause * 1.5)

    def _catch_up(self) -> None:
        """Make the changes that the server missed. Raise Away if it does not answer."""
        if self._missed.overflown:
            self._server.reach(_empty)
            self._missed.clear()
        while taken := self._missed.take():
            key, missed = taken
            try:
                self._replay(key, missed)
            except Away:
                self._missed.put_back(key, missed)
                raise
            except Exception as error:  # noqa: BLE001  (one change must not keep the server from being used)
                log.error("cache_change_failed", kind=type(error).__name__)  # noqa: TRY400 - values are secret
                # A value that lacks a change must not stay.
                self._missed.delete(key)

    def _replay(self, key: str, missed: Missed) -> None:
        """Bring one key up to date.

        A value that was stored here is passed on only if nobody has another one: the other one may contain a
        change that this one lacks, or be older. Then neither stays, which costs a read.
        """
        name = name_of(key)
        copy: Copy | None = self._near.get(key)
        if copy is not None and missed.shared and not self._server.reach(lambda client: client.exists(name)):
            value, left = copy.value, self._near.left(key)
            if self._values.add(key, lambda: value, left, self._server.reach):
                return
        if missed.discards:
            self._server.reach(lambda client: client.delete(name))
        if missed.changes:
            # At once: until it is done, the others rely on a value that lacks them.
            ttls = [ttl for _, ttl in missed.changes if ttl is not None]
            self._values.update(key, missed.change, ttls[-1] if ttls else None, self._server.reach)


def _empty(client: redis.Redis) -> None:
    for name in client.scan_iter(match=f"{PREFIX}*", count=1000):
        client.unlink(name)


def _is_locked_by(lock: str, holder: bytes, client: redis.Redis) -> bool:
    """Return True if ``holder`` has the lock, and notify it that somebody waits."""
    client.set(_waiting(lock), 1, px=RESULT_MILLISECONDS)
    return bool(client.get(lock) == holder)


def _result(lock: str, holder: str) -> str:
    return f"{lock}:{holder}"


def _waiting(lock: str) -> str:
    return f"{lock}:waiting"
