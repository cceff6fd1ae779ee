"""Waiting times in words."""

from __future__ import annotations

MINUTE, HOUR = 60, 3600


def spoken_wait(seconds: int) -> str:
    """Return seconds as people say them, rounded up to whole minutes from two minutes on: “56 minutes”."""
    if seconds < 2 * MINUTE:
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    minutes = -(-seconds // MINUTE)
    hours, rest = divmod(minutes, 60)
    parts = [_counted(hours, "hour"), _counted(rest, "minute")]
    return " and ".join(part for part in parts if part)


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""
