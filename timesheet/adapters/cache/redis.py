"""The cache shared by several processes: Redis or Valkey, with all values encrypted and expiring.

A cache that does not respond is not an error: it then contains nothing, and a warning is logged.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import redis

from timesheet.adapters.cache.codec import Codec
from timesheet.adapters.cache.flight import BRIEF_SECONDS, Enter, Flights, anybody

T = TypeVar("T")

LOCK_SECONDS = 40
POLL_SECONDS = 0.02
TRIES = 20

_log = logging.getLogger(__name__)


class Box(Protocol):
    """Seals text so that only this app can read it."""

    def seal(self, secret: str) -> str:
        """Return the sealed text."""

    def open(self, sealed: str) -> str:
        """Return the original text. Raise an exception if it was not sealed by this app."""


class RedisCache:
    """Keys are hashed and values sealed together with their key, so the server can neither read nor swap values."""

    def __init__(
        self,
        client: redis.Redis,
        box: Box,
        codec: Codec,
        sleep: Callable[[float], None] = time.sleep,
        enter: Enter = anybody,
    ) -> None:
        self._client = client
        self._box = box
        self._codec = codec
        self._sleep = sleep
        self._enter = enter
        self._flights = Flights(enter)

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        return self._flights.share(key, lambda: self._created(key, create, ttl))  # type: ignore[no-any-return]

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """See Cache. Processes wait for each other as long as the lock lives; without Redis only threads do."""
        lock, mine = f"{_name(key)}:lock", secrets.token_hex(8)
        with self._flights.turn(key):
            self._wait_for(lock, mine, lambda: None)
            try:
                yield
            finally:
                self._release(lock, mine)

    def get(self, key: str) -> Any:
        try:
            data = self._client.get(_name(key))
        except redis.RedisError as error:
            return _unreachable(error)
        return self._unpack(key, data)

    def put(self, key: str, value: object, ttl: float) -> None:
        sealed = self._pack(key, value)
        try:
            self._client.set(_name(key), sealed, px=_milliseconds(ttl))
        except redis.RedisError as error:
            _unreachable(error)

    def update(self, key: str, change: Callable[[Any], Any], ttl: float | None = None) -> None:
        try:
            self._update(key, change, ttl)
        except redis.RedisError as error:
            _unreachable(error)

    def delete(self, key: str) -> None:
        try:
            self._client.delete(_name(key))
        except redis.RedisError as error:
            _unreachable(error)

    def _update(self, key: str, change: Callable[[Any], Any], ttl: float | None) -> None:
        name = _name(key)
        expiry: dict[str, Any] = {"keepttl": True} if ttl is None else {"px": _milliseconds(ttl)}
        with self._client.pipeline() as pipe:
            for _ in range(TRIES):
                pipe.watch(name)  # type: ignore[no-untyped-call]
                value = self._unpack(key, pipe.get(name))
                if value is None:
                    return
                sealed = self._pack(key, change(value))
                pipe.multi()
                pipe.set(name, sealed, **expiry)
                try:
                    pipe.execute()
                except redis.WatchError:
                    continue
                return
        # Too many concurrent changes: a value that missed a change must not stay.
        self._client.delete(name)

    def _created(self, key: str, create: Callable[[], T], ttl: float) -> T:
        """Return a value that one process creates while the others wait for it, as long as its lock exists."""
        if ttl <= 0:
            return create()
        lock, mine = f"{_name(key)}:lock", secrets.token_hex(8)
        found = self._wait_for(lock, mine, lambda: self.get(key))
        if found is not None:
            return found  # type: ignore[no-any-return]
        try:
            return self._make(key, create, ttl)
        finally:
            self._release(lock, mine)

    def _wait_for(self, lock: str, mine: str, instead: Callable[[], Any]) -> Any:
        """Take a lock and return None, or return what ``instead`` finds while another process has it."""
        waited = 0.0
        try:
            while not self._client.set(lock, mine, nx=True, px=LOCK_SECONDS * 1000):
                if waited > BRIEF_SECONDS:
                    self._enter()
                self._sleep(POLL_SECONDS)
                waited += POLL_SECONDS
                found = instead()
                if found is not None:
                    return found
        except redis.RedisError as error:
            _unreachable(error)
        return None

    def _make(self, key: str, create: Callable[[], T], ttl: float) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        value = create()
        self.put(key, value, ttl)
        return value

    def _release(self, lock: str, mine: str) -> None:
        try:
            if self._client.get(lock) == mine.encode():
                self._client.delete(lock)
        except redis.RedisError as error:
            _unreachable(error)

    def _pack(self, key: str, value: object) -> str:
        return self._box.seal(f"{_name(key)}\n{self._codec.encode(value).decode()}")

    def _unpack(self, key: str, data: Any) -> Any:
        if data is None:
            return None
        try:
            name, _, content = self._box.open(bytes(data).decode("ascii")).partition("\n")
            return self._codec.decode(content.encode()) if name == _name(key) else None
        except (ValueError, RuntimeError):
            # Sealed with a key that is gone, or by another release: treated as absent.
            return None


def _milliseconds(ttl: float) -> int:
    return max(1, round(ttl * 1000))


def _name(key: str) -> str:
    return f"timesheet:{hashlib.sha256(key.encode()).hexdigest()}"


def _unreachable(error: redis.RedisError) -> None:
    _log.warning("cache_unreachable: %s", type(error).__name__)
