"""Give saves, page views, and background work their priorities: who is served first while Jira's points are short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum


class Priority(IntEnum):
    """The urgency of a call to Jira, the most urgent first."""

    SAVE = 0
    """A person saves: the call is the write, or a read that the write needs."""

    LOOK = 1
    """A person waits to see something."""

    REFRESH = 2
    """A person waits, but could be shown what is cached: it is old, and nothing says that it changed."""

    BACKGROUND = 3
    """Nobody waits, as in a job."""


_priority: ContextVar[Priority] = ContextVar("priority", default=Priority.LOOK)


@contextmanager
def with_priority(priority: Priority) -> Iterator[None]:
    """Give all calls to Jira in the block this priority, including those in threads that it starts."""
    token = _priority.set(priority)
    try:
        yield
    finally:
        _priority.reset(token)


@contextmanager
def yielding() -> Iterator[None]:
    """Give calls of people without cached figures priority over those of the block, even during a save.

    The save does not need what the block reads.
    """
    with with_priority(max(Priority.REFRESH, _priority.get())):
        yield


def begin_request(*, saves: bool) -> None:
    """Set the priority of the request that this thread now serves."""
    _priority.set(Priority.SAVE if saves else Priority.LOOK)


def end_request() -> None:
    """Set the priority back at the end of a request."""
    _priority.set(Priority.LOOK)


def current_priority() -> Priority:
    """Return the priority of the current work."""
    return _priority.get()
