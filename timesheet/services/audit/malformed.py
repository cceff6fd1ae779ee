"""Name the event at which verification cannot read what somebody changed past the app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from timesheet.services.ports.audit import MalformedEventError

MALFORMED = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""The errors that reading and comparing such rows raise."""


@contextmanager
def reading_event(seq: int) -> Iterator[None]:
    """Raise MalformedEventError with this number for whatever cannot be read, unless another event is named already."""
    try:
        yield
    except MalformedEventError:
        raise
    except MALFORMED as error:
        raise MalformedEventError(seq, error) from error
