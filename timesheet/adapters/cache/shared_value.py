"""Values on the cache server, sealed together with their keys, and the decoded copies that a process keeps of them."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import redis
import structlog

from timesheet.adapters.cache.envelope import Envelopes, TooLargeForServer
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.cache.prefetch import Copy
from timesheet.services.ports.cache import ValueChange

PREFIX = "timesheet:"
TRIES, PAUSE_SECONDS = 100, 0.02
MOST_UNREADABLE = 10_000
UNREADABLE_LOG_SECONDS = 60
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
# KEYS: names. ARGV: for each the mark of what it must not replace, or '', the new value, and its expiry in ms. Returns
# for each 1 if it was stored.
STORE = """
local stored = {}
for index, key in ipairs(KEYS) do
  local mark, value, expiry = ARGV[3 * index - 2], ARGV[3 * index - 1], ARGV[3 * index]
  if mark ~= '' and redis.call('GETRANGE', key, 0, #mark - 1) == mark then
    stored[index] = 0
  else
    redis.call('SET', key, value, 'PX', expiry)
    stored[index] = 1
  end
end
return stored
"""
# KEYS: names. ARGV: for each the mark of what it replaces, the new value, its expiry in ms or '' to keep the old one.
# Returns how many were replaced, up to the first that somebody else has replaced meanwhile.
REPLACE = """
for index, key in ipairs(KEYS) do
  local mark, value, expiry = ARGV[3 * index - 2], ARGV[3 * index - 1], ARGV[3 * index]
  if redis.call('GETRANGE', key, 0, #mark - 1) ~= mark then return index - 1 end
  if expiry == '' then redis.call('SET', key, value, 'KEEPTTL') else redis.call('SET', key, value, 'PX', expiry) end
end
return #KEYS
"""

log = structlog.stdlib.get_logger(__name__)

Ask = Callable[[Callable[[redis.Redis], Any]], Any]
"""Runs a function with the server's client; raises Away if it does not answer. See CacheServer."""


class SharedValues:
    """Reads and changes values on the server. ``near`` holds the copies, ``wrote`` is called for each change.

    Keys are hashed and values are sealed together with their key, so the server can neither read nor swap values.

    A value that cannot be read here may belong to another release during an upgrade. It stays when this process
    stores its own value, which it keeps until the other one changes. So the two do not overwrite each other's.
    """

    def __init__(
        self,
        envelopes: Envelopes,
        near: MemoryCache,
        wrote: Callable[[str, Copy | None], None],
        sleep: Callable[[float], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.near = near
        self._envelopes, self._wrote, self._sleep = envelopes, wrote, sleep
        self._unreadable = dict[str, bytes]()
        self._log_lock, self._now = threading.Lock(), now
        self._unlogged, self._logged_at = 0, float("-inf")

    def sealed(self, key: str, value: object) -> tuple[str, bytes, Copy]:
        """Return the name of ``key`` on the server, the sealed value, and a copy with its mark."""
        name = name_of(key)
        sealed = self._envelopes.pack(name, value)
        return name, sealed, Copy(value, sealed[:MARK_BYTES])

    def read(self, keys: Sequence[str], ask: Ask) -> list[Copy | None]:
        """Return the current values of ``keys``, in one question to the server."""
        names = [name_of(key) for key in keys]
        copies: list[Copy | None] = [self.near.get(key) for key in keys]
        marks = [copy.mark if copy else b"" for copy in copies]
        found: list[Any] = ask(lambda client: client.eval(READ, len(names), *names, *marks))
        return [
            copy if answer == 1 else self._answered(key, name, answer)
            for key, name, copy, answer in zip(keys, names, copies, found, strict=True)
        ]

    def _answered(self, key: str, name: str, answer: Any) -> Copy | None:
        """Return and keep a value that the server sent; None for one that is absent or cannot be read."""
        if answer == 0:
            self.near.delete(key)
            return None
        sealed, left = bytes(answer[0]), int(answer[1])
        try:
            value = self._envelopes.unpack(name, sealed)
        except ValueError as error:
            mark = sealed[:MARK_BYTES]
            if not isinstance(error, TooLargeForServer) and self._unreadable.get(key) != mark:
                self._log_unreadable()
            self.near.delete(key)
            if len(self._unreadable) >= MOST_UNREADABLE:
                self._unreadable.clear()
            self._unreadable[key] = mark
            return None
        copy = Copy(value, sealed[:MARK_BYTES])
        self.near.put(key, copy, left / 1000)
        return copy

    def _log_unreadable(self) -> None:
        """Log values that were sealed with a key that is gone or by another release, or that somebody changed.

        After an upgrade there are thousands, so one line a minute counts those since the last one.
        """
        with self._log_lock:
            self._unlogged += 1
            if self._now() - self._logged_at < UNREADABLE_LOG_SECONDS:
                return
            count, self._unlogged, self._logged_at = self._unlogged, 0, self._now()
        log.warning("cache_unreadable", values=count)

    def store(self, values: Mapping[str, object], ttl: float, ask: Ask) -> None:
        """Store these values. Where the server has one that could not be read, only this process keeps its own."""
        sealed = {key: self.sealed(key, value) for key, value in values.items()}
        for key, (_, _, copy) in sealed.items():
            self.near.put(key, copy, ttl)
        marks = {key: self._unreadable.pop(key, b"") for key in sealed}
        stored = ask(partial(_stored, sealed, marks, milliseconds(ttl)))
        for (key, (_, _, copy)), own in zip(sealed.items(), stored, strict=True):
            current = copy if own else Copy(copy.value, marks[key])
            if not own:
                self.near.put(key, current, ttl)
            self._wrote(key, current)

    def update(
        self,
        key: str,
        change: Callable[[Any], Any],
        ttl: float | None,
        ask: Ask,
        add: Callable[[Ask], bool] | None = None,
    ) -> Any:
        """Replace the value unless somebody else replaced it meanwhile; then change theirs. Return the new one.

        An absent one is left to ``add``, which returns False if somebody else was faster; then nothing is returned.
        """
        name, expiry = name_of(key), _expiry(ttl)
        # The own copy is probably current; if not, the server refuses to replace it.
        copy: Copy | None = self.near.get(key)
        refused = False
        for attempt in range(TRIES):
            if attempt or copy is None or not copy.mark:
                (copy,) = self.read((key,), ask)
            if copy is None:
                if add and add(ask):
                    return None
                if not add or refused:
                    # A value that cannot be read here may be readable for others, and must not miss the change.
                    ask(lambda client: client.delete(name))
                    self._wrote(key, None)
                if not add:
                    return None
                refused = True
                continue
            _, sealed, changed = self.sealed(key, change(copy.value))
            if ask(partial(_replaced, [name], [copy.mark, sealed, expiry])):
                return self._replaced_by(key, changed, ttl)
            if attempt:
                self._sleep(random.uniform(0, PAUSE_SECONDS))
        # After too many concurrent changes, a value that missed one must not stay.
        ask(lambda client: client.delete(name))
        self._wrote(key, None)
        return None

    def update_all(self, changes: Mapping[str, Callable[[Any], Any]], ask: Ask) -> list[Any]:
        """Update these values in this order, in one question if the own copies are current; return the new ones."""
        copies: list[Copy | None] = [self.near.get(key) for key in changes]
        if not all(copy and copy.mark for copy in copies):
            copies = self.read(list(changes), ask)
        known = {key: copy for key, copy in zip(changes, copies, strict=True) if copy}
        updated = {
            key: self.update(key, change, None, ask) for key, change in changes.items() if key not in known
        }
        updated |= self._replace({key: (copy, changes[key], None) for key, copy in known.items()}, ask)
        return [
            updated[key] if key in updated else self.update(key, change, None, ask)
            for key, change in changes.items()
        ]

    def replace_known(self, changes: Mapping[str, ValueChange], ask: Ask) -> Collection[str]:
        """Replace the values of which there are copies, in one question; return the keys of which that succeeded."""
        copies = {key: self.near.get(key) for key in changes}
        return self._replace(
            {
                key: (copy, changes[key].change, changes[key].ttl)
                for key, copy in copies.items()
                if copy and copy.mark
            },
            ask,
        )

    def _replace(
        self, changes: Mapping[str, tuple[Copy, Callable[[Any], Any], float | None]], ask: Ask
    ) -> dict[str, Any]:
        """Replace these copies on the server, up to the first that somebody else has replaced; return the new ones."""
        sealed = {key: self.sealed(key, change(copy.value)) for key, (copy, change, _) in changes.items()}
        names = [name for name, _, _ in sealed.values()]
        new = [
            part
            for (_, value, _), (copy, _, ttl) in zip(sealed.values(), changes.values(), strict=True)
            for part in (copy.mark, value, _expiry(ttl))
        ]
        done = ask(partial(_replaced, names, new)) if names else 0
        return {
            key: self._replaced_by(key, copy, changes[key][2])
            for key, (_, _, copy) in islice(sealed.items(), done)
        }

    def _replaced_by(self, key: str, copy: Copy, ttl: float | None) -> Any:
        """Keep the copy of a value that was replaced on the server, and return the value."""
        self.near.update(key, lambda _: copy, ttl)
        self._wrote(key, copy)
        return copy.value

    def add(self, key: str, first: Callable[[], Any], ttl: float, ask: Ask) -> bool:
        """Store the first value; return False, without storing it, if there is one by now."""
        name, sealed, copy = self.sealed(key, first())
        if not ask(lambda client: client.set(name, sealed, nx=True, px=milliseconds(ttl))):
            return False
        self.near.put(key, copy, ttl)
        self._wrote(key, copy)
        return True


def name_of(key: str) -> str:
    """Return the name of a key on the server."""
    return f"{PREFIX}{hashlib.sha256(key.encode()).hexdigest()}"


def _expiry(ttl: float | None) -> str:
    """Return a time to live for REPLACE; empty to keep the old one."""
    return "" if ttl is None else str(milliseconds(ttl))


def milliseconds(ttl: float) -> int:
    """Return a time to live in milliseconds, as the server expects it."""
    return max(1, round(ttl * 1000))


def _stored(
    sealed: Mapping[str, tuple[str, bytes, Copy]],
    marks: Mapping[str, bytes],
    expiry: int,
    client: redis.Redis,
) -> Sequence[int]:
    """Store sealed values, and return for each 1, or 0 for one whose place has the value with its mark."""
    if not any(marks.values()):
        # Almost always, and without a script it takes less time.
        with client.pipeline(transaction=False) as each:
            for name, value, _ in sealed.values():
                each.set(name, value, px=expiry)
            each.execute()
        return [1] * len(sealed)
    names = [name for name, _, _ in sealed.values()]
    new = [part for key, (_, value, _) in sealed.items() for part in (marks[key], value, expiry)]
    return list(client.eval(STORE, len(names), *names, *new))


def _replaced(names: Sequence[str], new: Sequence[bytes | str], client: redis.Redis) -> int:
    return int(client.eval(REPLACE, len(names), *names, *new))
