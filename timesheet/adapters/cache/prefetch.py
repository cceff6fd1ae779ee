"""Read many values from the cache server at once: those that requests like this one usually read.

Requests of the same person to the same address read nearly the same keys. So a prefetch remembers them, and the next
one asks for all of them with its first question. An answer counts for this thread only, for a moment, and until the
thread or another one of this process writes: a change is always followed by a new question.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

MOST_NAMES, MOST_KEYS, MOST_WRITES = 1000, 32, 1000
NEVER = (0, 0.0)
TRUSTED_SECONDS = 0.05
"""The time for which a confirmed value counts as current: less than anybody takes to look at two screens."""


class Copy(NamedTuple):
    """A decoded value with the mark of its sealed form; an empty mark if the server does not have it."""

    value: Any
    mark: bytes


class _Confirmed(NamedTuple):
    """The values that the server confirmed at ``at``, when this process had written so often."""

    copy: Copy | None
    at: float
    written: int


class Prefetch:
    """The values that were confirmed, and all keys that were asked for. For one thread."""

    def __init__(self, usual: Sequence[str], writes: _Writes, now: Callable[[], float]) -> None:
        self._usual, self._writes, self._now = usual, writes, now
        self._known: dict[str, _Confirmed] = {}
        self._written = writes.count
        self.keys: dict[str, None] = {}

    def knows(self, key: str) -> bool:
        """Return True if the value of ``key`` was confirmed a moment ago, and nobody here has written it since."""
        if len(self.keys) < MOST_KEYS:
            self.keys[key] = None
        return self._current(key)

    def copy(self, key: str) -> Copy | None:
        """Return the value of a known key; None if it is absent."""
        return self._known[key].copy

    def to_ask(self, keys: Sequence[str]) -> list[str]:
        """Return ``keys``, and what usually is asked for and not known now."""
        self._written = self._writes.count
        usual = (other for other in self._usual if not self._current(other))
        return list(dict.fromkeys((*keys, *usual)))

    def confirm(self, keys: Iterable[str], copies: Iterable[Copy | None]) -> None:
        """Record what the server answered about the keys that ``to_ask`` named."""
        now = self._now()
        for key, copy in zip(keys, copies, strict=True):
            self._known[key] = _Confirmed(copy, now, self._written)

    def wrote(self, key: str, copy: Copy | None) -> None:
        """Record a write of this thread; everything else has to be asked for again."""
        self._known = {key: _Confirmed(copy, self._now(), self._writes.count)}

    def forget(self) -> None:
        """Ask for everything again."""
        self._known = {}

    def _current(self, key: str) -> bool:
        answer = self._known.get(key)
        return (
            answer is not None
            and answer.at >= self._now() - TRUSTED_SECONDS
            and answer.written >= self._writes.last(key)
        )


class Prefetches:
    """The prefetch of each thread, and the keys that prefetches of the same name asked for last time. Thread safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._local = threading.local()
        self._usual: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._writes = _Writes(now)

    @property
    def current(self) -> Prefetch | None:
        """Return the prefetch that this thread has opened, if any."""
        prefetch: Prefetch | None = getattr(self._local, "prefetch", None)
        return prefetch

    @contextmanager
    def open(self, name: str) -> Iterator[None]:
        """Let this thread ask for what prefetches of this name usually need; one inside another is part of it."""
        if self.current is not None:
            yield
            return
        prefetch = self._local.prefetch = Prefetch(self._usual.get(name, ()), self._writes, self._now)
        try:
            yield
        finally:
            self._local.prefetch = None
            self._remember(name, tuple(prefetch.keys))

    def wrote(self, key: str, copy: Copy | None) -> None:
        """Record that this thread has written ``key``; None if it is absent now."""
        self._writes.note(key)
        if prefetch := self.current:
            prefetch.wrote(key, copy)

    def forget(self) -> None:
        """Discard what this thread has read, so that it asks the server again."""
        if prefetch := self.current:
            prefetch.forget()

    def _remember(self, name: str, keys: tuple[str, ...]) -> None:
        with self._lock:
            self._usual.pop(name, None)
            if keys:
                self._usual[name] = keys
            if len(self._usual) > MOST_NAMES:
                self._usual.popitem(last=False)


class _Writes:
    """The number of writes of this process, and for a while that of the last one of each key. Thread safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._last: dict[str, tuple[int, float]] = {}
        self.count = 0

    def note(self, key: str) -> None:
        now = self._now()
        with self._lock:
            self.count += 1
            self._last[key] = self.count, now
            if len(self._last) > MOST_WRITES:
                recent = now - 2 * TRUSTED_SECONDS
                self._last = {other: last for other, last in self._last.items() if last[1] >= recent}

    def last(self, key: str) -> int:
        """Return which write of this process was the last one of ``key``; 0 if none, or too long ago to matter."""
        return self._last.get(key, NEVER)[0]
