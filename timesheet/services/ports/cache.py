"""Protocol for the cache that the processes of the app may share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, Protocol, TypeVar

T = TypeVar("T")


def key_part(*values: object) -> str:
    """Return a short text that stands for these values in a key, however many or long they are."""
    return sha256(repr(values).encode()).hexdigest()[:24]


class ValueChange(NamedTuple):
    """A change of a cached value, or of ``new()`` if it is absent; it expires ``ttl`` seconds from now."""

    new: Callable[[], Any]
    change: Callable[[Any], Any]
    ttl: float


class Cache(Protocol):
    """A cache with expiry and single flight. Values are plain objects of this app that need no pickling."""

    @property
    def isolated(self) -> bool:
        """Return True while this process does not learn what other processes write, because their cache is away."""

    def get_or_create(self, key: str, create: Callable[[], T], ttl: float) -> T:
        """Return the cached value, or the result of ``create``; ten concurrent callers cause one ``create``.

        With a ``ttl`` of 0 nothing is kept, and only concurrent callers share the result.
        """

    def turn(self, key: str) -> AbstractContextManager[None]:
        """Let one caller at a time into the block with this key; the others wait until it has ended."""

    def get(self, key: str) -> Any:
        """Return the cached value or None."""

    def get_all(self, keys: Sequence[str]) -> list[Any]:
        """Return the cached value of each key or None, with at most one question to a server."""

    def put(self, key: str, value: object, ttl: float) -> None:
        """Store ``value`` for ``ttl`` seconds."""

    def put_all(self, values: Mapping[str, object], ttl: float) -> None:
        """Store the value of each key for ``ttl`` seconds, with at most one question to a server."""

    def update(self, key: str, change: Callable[[Any], Any], ttl: float | None = None) -> Any:
        """Replace a cached value by ``change(value)`` and return the new one; None if there is nothing to change.

        It keeps its expiry, unless ``ttl`` sets a new one from now.
        """

    def update_all(self, changes: Mapping[str, Callable[[Any], Any]]) -> list[Any]:
        """Replace several values as ``update`` does, in this order, with one question to a shared server."""

    def change(
        self, key: str, new: Callable[[], T], change: Callable[[T], T], ttl: float, *, renew: bool = True
    ) -> None:
        """Replace a cached value by ``change(value)``, or store ``change(new())`` if it is absent.

        It expires ``ttl`` seconds from now; without ``renew``, only a new one does, and another keeps its expiry.
        ``change`` may be called more than once if others change the value at the same time.
        """

    def change_all(self, changes: Mapping[str, ValueChange]) -> None:
        """Make several changes as ``change`` does, with one question to a shared server.

        Values that were just read are replaced at the first attempt, others may have been changed by somebody else.
        """

    def delete(self, key: str) -> None:
        """Delete one key."""

    def prefetch(self, name: str) -> AbstractContextManager[None]:
        """Let the block read what blocks of this name usually read together, with fewer questions to a server.

        Each value is as current as when the block began, or younger, and what this process has written is seen.
        """


def count_one(cache: Cache, key: str, seconds: float) -> int:
    """Count one more under a key; return how many there are in a window of ``seconds`` that the first one began."""
    count = 0

    def one_more(before: int) -> int:
        nonlocal count
        count = before + 1
        return count

    cache.change(key, int, one_more, seconds, renew=False)
    return count


@dataclass(frozen=True, slots=True)
class PersonCache:
    """The cache, to be used for one person's values; ``site`` is the key of their site."""

    cache: Cache
    site: str
    account_id: str
