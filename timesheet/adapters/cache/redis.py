"""The cache shared by several processes: Redis or Valkey, with all values encrypted and expiring.

Each process keeps decoded copies of what it has read. The server confirms before each use that a copy is
current, so reading an unchanged value neither transfers nor decrypts it. What a request usually reads is confirmed
together (see Look). While the server is away the copies stand alone, what is written is noted, and the server gets
it when it is back.
"""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

import redis

from timesheet.adapters.cache.away import Away
from timesheet.adapters.cache.envelope import Envelopes, TooLargeForServer
from timesheet.adapters.cache.flight import BRIEF_SECONDS, Enter, Flights, anybody
from timesheet.adapters.cache.lease import Leases
from timesheet.adapters.cache.look import Copy, Looks
from timesheet.adapters.cache.memory import MOST_BYTES, MemoryCache, light, uncounted
from timesheet.adapters.cache.missed import Missed, MissedChanges
from timesheet.adapters.cache.server import CacheServer
from timesheet.services.resilience.patience import check_patience

T = TypeVar("T")

PREFIX = "timesheet:"
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.02, 0.1
RESULT_MILLISECONDS = 10_000
TRIES = 100
MARK_BYTES = 28
"""The start of a sealed value, which no other value has: see CacheBox."""

# KEYS: names. ARGV: the mark of the own copy of each, or ''. Returns for each 1 if the copy is current, 0 if there is
# no value, otherwise the value and its time left.
READ = """
local found = {}
for index, key in ipairs(KEYS) do
  local mark = ARGV[index]
  if mark ~= '' and redis.call('GETRANGE', key, 0, #mark - 1) == mark then
    found[index] = 1
  else
    local value = redis.call('GET', key)
    found[index] = value and {value, redis.call('PTTL', key)} or 0
  end
end
return found
"""
# KEYS: name. ARGV: the mark of what it replaces, the new value, its expiry in ms or '' to keep the old one.
REPLACE = """
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""

_log = logging.getLogger(__name__)


class _Nothing:
    """The outcome if another process left no result."""


NOTHING = _Nothing()


class RedisCache:
    """Keys are hashed and values sealed together with their key, so the server can neither read nor swap values."""

    def __init__(
        self,
        server: CacheServer,
        envelopes: Envelopes,
        sleep: Callable[[float], None] = time.sleep,
        enter: Enter = anybody,
        weigh: Callable[[Any], int] = light,
        most_bytes: int = MOST_BYTES,
        counted: Callable[[bool], None] = uncounted,
    ) -> None:
        self._server = server
        self._counted = counted
        self._envelopes = envelopes
        self._sleep = sleep
        self._enter = enter
        self._flights = Flights(enter)
        self._leases = Leases(server)
        self._near = MemoryCache(weigh=lambda copy: weigh(copy.value), most_bytes=most_bytes)
        self._looks = Looks()
        self._missed = MissedChanges()
        server.when_back(self._catch_up)

    @property
    def isolated(self) -> bool:
        """See Cache."""
        return self._server.away

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        return self._flights.share(key, lambda: self._created(key, create, ttl))  # type: ignore[no-any-return]

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """See Cache. While the server is away, only the threads of one process wait for each other."""
        lock = f"{_name(key)}:lock"
        with self._flights.turn(key):
            mine = self._turn_of(lock)
            # What the one before did has to be seen.
            self._looks.forget()
            if mine is None:
                yield
                return
            with self._leases.kept(lock, mine):
                yield

    def look(self, name: str) -> AbstractContextManager[None]:
        """See Cache. Only the thread that opens the look takes part in it."""
        return self._looks.open(name)

    def get(self, key: str) -> Any:
        value = self._found(key)
        self._counted(value is not None)
        return value

    def _found(self, key: str) -> Any:
        try:
            copy = self._fetch(key)
        except Away:
            copy = self._near.get(key)
        return None if copy is None else copy.value

    def put(self, key: str, value: object, ttl: float) -> None:
        self._put(key, value, ttl)

    def _put(self, key: str, value: object, ttl: float, *, created: bool = False) -> None:
        name = _name(key)
        sealed = self._envelopes.pack(name, value)
        copy = Copy(value, sealed[:MARK_BYTES])
        self._near.put(key, copy, ttl)
        self._or_later(
            lambda: self._server.ask(lambda client: client.set(name, sealed, px=_milliseconds(ttl))),
            lambda: self._missed.put(key, created=created),
        )
        self._looks.wrote(key, copy)

    def update(self, key: str, change: Callable[[Any], Any], ttl: float | None = None) -> None:
        def alone() -> None:
            self._near.update(key, lambda copy: Copy(change(copy.value), b""), ttl)
            self._missed.update(key, change, ttl)
            self._looks.wrote(key, self._near.get(key))

        self._or_later(lambda: self._update(key, change, ttl, self._server.ask), alone)

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
            self._near.update(key, lambda copy: Copy(change(copy.value), b""), later)
            self._missed.update(key, change, later)
            self._looks.wrote(key, self._near.get(key))

        def first() -> T:
            return change(new())

        self._or_later(
            lambda: self._update(key, change, later, self._server.ask, partial(self._add, key, first, ttl)),
            alone,
        )

    def delete(self, key: str) -> None:
        self._near.delete(key)
        name = _name(key)
        self._or_later(
            lambda: self._server.ask(lambda client: client.delete(name)), lambda: self._missed.delete(key)
        )
        self._looks.wrote(key, None)

    def _or_later(self, now: Callable[[], object], note: Callable[[], None]) -> None:
        """Make a change on the server, or note it for when the server is back."""
        try:
            now()
        except Away:
            note()
            if not self._server.away:
                # The server came back in between.
                with suppress(Away):
                    self._server.ask(lambda _: self._catch_up())

    def _fetch(self, key: str) -> Copy | None:
        """Return the current value, from the own copy if the server says that it is current."""
        look = self._looks.current
        if look is None:
            return self._read((key,), self._server.ask)[0]
        if not look.knows(key):
            asked = look.to_ask(key)
            look.confirm(asked, self._read(asked, self._server.ask))
        return look.copy(key)

    def _read(self, keys: Sequence[str], ask: Callable[..., Any]) -> list[Copy | None]:
        """Return the current values of ``keys``, in one question to the server."""
        names = [_name(key) for key in keys]
        copies: list[Copy | None] = [self._near.get(key) for key in keys]
        marks = [copy.mark if copy else b"" for copy in copies]
        found: list[Any] = ask(lambda client: client.eval(READ, len(names), *names, *marks))
        return [
            copy if answer == 1 else self._answered(key, name, answer)
            for key, name, copy, answer in zip(keys, names, copies, found, strict=True)
        ]

    def _answered(self, key: str, name: str, answer: Any) -> Copy | None:
        """Return and keep a value that the server sent; None for one that is absent or cannot be read."""
        if answer == 0:
            self._near.delete(key)
            return None
        sealed, left = bytes(answer[0]), int(answer[1])
        try:
            value = self._envelopes.unpack(name, sealed)
        except ValueError as error:
            if not isinstance(error, TooLargeForServer):
                # The value was sealed with a key that is gone or by another release, or somebody changed it.
                _log.warning("cache_unreadable: a value was not sealed by this release with these keys")
            self._near.delete(key)
            return None
        copy = Copy(value, sealed[:MARK_BYTES])
        self._near.put(key, copy, left / 1000)
        return copy

    def _update(
        self,
        key: str,
        change: Callable[[Any], Any],
        ttl: float | None,
        ask: Callable[..., Any],
        add: Callable[[Callable[..., Any]], bool] | None = None,
    ) -> None:
        """Replace the value unless somebody else replaced it meanwhile; then change theirs.

        An absent one is left to ``add``, which returns False if somebody else was faster.
        """
        name, expiry = _name(key), "" if ttl is None else str(_milliseconds(ttl))
        # The own copy is probably current; if not, the server refuses to replace it.
        copy: Copy | None = self._near.get(key)
        refused = False
        for attempt in range(TRIES):
            if attempt or copy is None or not copy.mark:
                (copy,) = self._read((key,), ask)
            if copy is None:
                if add and add(ask):
                    return
                if not add or refused:
                    # What cannot be read here may be readable for others, and must not miss the change.
                    ask(lambda client: client.delete(name))
                    self._looks.wrote(key, None)
                if not add:
                    return
                refused = True
                continue
            value = change(copy.value)
            sealed = self._envelopes.pack(name, value)
            if ask(partial(_replaced, name, copy.mark, sealed, expiry)):
                changed = Copy(value, sealed[:MARK_BYTES])
                self._near.update(key, partial(_instead, changed), ttl)
                self._looks.wrote(key, changed)
                return
            if attempt:
                self._sleep(random.uniform(0, POLL_SECONDS))
        # After too many concurrent changes, a value that missed one must not stay.
        ask(lambda client: client.delete(name))
        self._looks.wrote(key, None)

    def _add(self, key: str, first: Callable[[], Any], ttl: float, ask: Callable[..., Any]) -> bool:
        """Store the first value; return False, without storing it, if there is one by now."""
        name, value = _name(key), first()
        sealed = self._envelopes.pack(name, value)
        if not ask(lambda client: client.set(name, sealed, nx=True, px=_milliseconds(ttl))):
            return False
        copy = Copy(value, sealed[:MARK_BYTES])
        self._near.put(key, copy, ttl)
        self._looks.wrote(key, copy)
        return True

    def _created(self, key: str, create: Callable[[], T], ttl: float) -> T:
        """Return a value that one process creates while the others wait for it, as long as it lives."""
        name = _name(key)
        lock = f"{name}:lock"
        try:
            mine, holder = self._leases.take(lock)
            if holder is not None:
                found = self._result_of(key, lock, holder, ttl)
                if not isinstance(found, _Nothing):
                    return found  # type: ignore[no-any-return]
                # The creator failed or died. Nobody waits for a second one.
                mine, holder = self._leases.take(lock)
        except Away:
            return self._make(key, create, ttl)
        if holder is not None:
            return self._make(key, create, ttl)
        # Whoever held the lock before may have stored the value.
        self._looks.forget()
        with self._leases.kept(lock, mine):
            value = self._make(key, create, ttl)
            if ttl <= 0:
                self._pass_on(lock, mine, value)
            return value

    def _make(self, key: str, create: Callable[[], T], ttl: float) -> T:
        if ttl <= 0:
            return create()
        found = self._found(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        value = create()
        self._put(key, value, ttl, created=True)
        return value

    def _pass_on(self, lock: str, mine: str, value: object) -> None:
        """Give a value that is not cached to the processes that wait for it, if there are any."""
        try:
            if self._server.ask(lambda client: client.exists(_waiting(lock))):
                name = _result(lock, mine)
                sealed = self._envelopes.pack(name, value)
                self._server.ask(lambda client: client.set(name, sealed, px=RESULT_MILLISECONDS))
        except Away:
            return

    def _result_of(self, key: str, lock: str, holder: bytes, ttl: float) -> Any:
        """Wait for what ``holder`` creates, and return it; NOTHING if it failed or died."""
        for _ in self._waits():
            if ttl > 0 and (found := self._found(key)) is not None:
                return found
            if self._server.ask(partial(_still_held, lock, holder)):
                continue
            return self._passed_on(lock, holder) if ttl <= 0 else self._last_look(key)
        raise AssertionError("the waiting does not end by itself")

    def _last_look(self, key: str) -> Any:
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
                mine, holder = self._leases.take(lock)
                if holder is None:
                    return mine
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
            self._looks.forget()
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
                self._make_up(key, missed)
            except Away:
                self._missed.give_back(key, missed)
                raise

    def _make_up(self, key: str, missed: Missed) -> None:
        """Bring one key up to date.

        A value that was stored here is passed on only if nobody has another one: the other one may contain a
        change that this one lacks, or be older. Then neither stays, which costs a read.
        """
        name = _name(key)
        copy: Copy | None = self._near.get(key)
        if copy is not None and missed.shared and not missed.deleted and self._added(key, name, copy):
            return
        if missed.deleted or missed.replaced:
            self._server.reach(lambda client: client.delete(name))
        for change, ttl in missed.changes:
            self._update(key, change, ttl, self._server.reach)

    def _added(self, key: str, name: str, copy: Copy) -> bool:
        """Give the own value to the server if it has none; return whether it had none."""
        sealed, left = self._envelopes.pack(name, copy.value), self._near.left(key)
        if not self._server.reach(lambda client: client.set(name, sealed, nx=True, px=_milliseconds(left))):
            return False
        self._near.put(key, Copy(copy.value, sealed[:MARK_BYTES]), left)
        return True


def _empty(client: redis.Redis) -> None:
    for name in client.scan_iter(match=f"{PREFIX}*", count=1000):
        client.unlink(name)


def _replaced(name: str, mark: bytes, sealed: bytes, expiry: str, client: redis.Redis) -> bool:
    return bool(client.eval(REPLACE, 1, name, mark, sealed, expiry))


def _instead(new: Copy, old: Copy) -> Copy:
    del old
    return new


def _still_held(lock: str, holder: bytes, client: redis.Redis) -> bool:
    """Return True if ``holder`` has the lock, and notify it that somebody waits."""
    client.set(_waiting(lock), 1, px=RESULT_MILLISECONDS)
    return bool(client.get(lock) == holder)


def _milliseconds(ttl: float) -> int:
    return max(1, round(ttl * 1000))


def _name(key: str) -> str:
    return f"{PREFIX}{hashlib.sha256(key.encode()).hexdigest()}"


def _result(lock: str, holder: str) -> str:
    return f"{lock}:{holder}"


def _waiting(lock: str) -> str:
    return f"{lock}:waiting"
