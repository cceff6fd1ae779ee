"""Waiting times in words."""

from __future__ import annotations

from timesheet.domain.duration import MINUTE
from timesheet.domain.message import Message, counted, message


def format_wait(seconds: int) -> Message:
    """Return seconds as people say them, rounded up to whole minutes from two minutes on: “56 minutes”."""
    if seconds < 2 * MINUTE:
        return counted("{count} second", "{count} seconds", seconds)
    hours, rest = divmod(-(-seconds // MINUTE), 60)
    in_hours = counted("{count} hour", "{count} hours", hours)
    in_minutes = counted("{count} minute", "{count} minutes", rest)
    if hours and rest:
        return message("{hours} and {minutes}", hours=in_hours, minutes=in_minutes)
    return in_hours if hours else in_minutes
