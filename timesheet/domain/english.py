"""Dates, durations, and lists as English text, for the English form of sentences."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date

MINUTE = 60


def describe(seconds: int) -> str:
    """Format seconds with hours and minutes only, e.g. ``1h 30m``, because the length of a day differs
    between sites.
    """
    minutes = (abs(seconds) + MINUTE // 2) // MINUTE
    hours, rest = divmod(minutes, 60)
    words = " ".join(w for w in (f"{hours}h" if hours else "", f"{rest}m" if rest else "") if w) or "0m"
    return f"−{words}" if seconds < 0 and minutes else words


def describe_date(day: date) -> str:
    """Format a day for a sentence: ``1 July 2024``."""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: “1 site”, “2 sites”."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def join_words(words: Sequence[str]) -> str:
    """Return a list: “a”, “a and b”, “a, b, and c”."""
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"
