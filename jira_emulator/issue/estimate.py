"""Durations as Jira writes them, and the effect of worklogs on an issue's remaining estimate, in seconds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from jira_emulator.model import TimeTracking

_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([wdhm])", re.IGNORECASE)
_WHOLE = re.compile(r"\s*(?:\d{1,9}(?:\.\d{1,9})?\s*[wdhm]\s*)+", re.IGNORECASE)
_BARE = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*")
_UNITS = {"minute": "m", "hour": "h", "day": "d", "week": "w"}
MINUTE, HOUR = 60, 3600


class InvalidDurationError(ValueError):
    """The text is not a duration that Jira understands."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A change of the remaining estimate: ``mode`` auto, leave, new, or manual; ``seconds`` belongs to the last two."""

    mode: str = "auto"
    seconds: int = 0


def parse_duration(text: str, tracking: TimeTracking) -> int:
    """Return the seconds of e.g. ``1w 2d 3.5h 20m``, or of a bare number in the site's default unit, to the
    whole minute.
    """
    sizes = {"m": MINUTE, "h": HOUR, "d": tracking.day, "w": tracking.week}
    if bare := _BARE.fullmatch(text):
        parts = [(bare.group(1), _UNITS[tracking.unit])]
    elif _WHOLE.fullmatch(text):
        parts = _PART.findall(text)
    else:
        raise InvalidDurationError(text)
    exact = sum((Decimal(number) * sizes[unit.lower()] for number, unit in parts), Decimal(0))
    return whole_minutes(int(exact))


def whole_minutes(seconds: int) -> int:
    """Return seconds rounded to the nearest whole minute, halves up, because Jira stores whole minutes."""
    return (seconds + 30) // MINUTE * MINUTE


def format_duration(seconds: int, tracking: TimeTracking) -> str:
    """Return a duration in Jira's short form, with this site's day and week: ``1w 2d 3h 20m``; zero is ``0m``."""
    parts = []
    rest = seconds
    for size, unit in ((tracking.week, "w"), (tracking.day, "d"), (HOUR, "h"), (MINUTE, "m")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"


def after_create(remaining: int | None, spent: int, adjustment: Adjustment) -> int | None:
    """Return the remaining estimate after logging ``spent`` seconds."""
    return _moved(remaining, adjustment, auto=-spent, manual=-adjustment.seconds)


def after_update(remaining: int | None, before: int, after: int, adjustment: Adjustment) -> int | None:
    """Return the remaining estimate after a worklog changed from ``before`` to ``after`` seconds."""
    return _moved(remaining, adjustment, auto=before - after, manual=0)


def after_delete(remaining: int | None, spent: int, adjustment: Adjustment) -> int | None:
    """Return the remaining estimate after deleting a worklog of ``spent`` seconds."""
    return _moved(remaining, adjustment, auto=spent, manual=adjustment.seconds)


def _moved(remaining: int | None, adjustment: Adjustment, *, auto: int, manual: int) -> int | None:
    """Return the changed estimate, never below zero. No estimate counts as zero, so ``auto`` and ``manual``
    create one.
    """
    if adjustment.mode == "new":
        return adjustment.seconds
    if adjustment.mode == "leave":
        return remaining
    return max(0, (remaining or 0) + (auto if adjustment.mode == "auto" else manual))
