"""Days and times of day that come as text."""

from __future__ import annotations

from datetime import date, datetime, time

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

FIRST_YEAR, LAST_YEAR = 1971, 9998


def read_date(text: str, field: str = "day") -> date:
    """Return an ISO date from 1971 to 9998. Raise InvalidInput for anything else."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(
            message("“{text}” is not a date. Use the form 2026-11-24.", text=text[:40]), field=field
        ) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(
            message(
                "Choose a day between {first_year} and {last_year}.",
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            ),
            field=field,
        )
    return day


def read_clock(text: str, field: str = "start") -> time:
    """Return a time of day, 00:00 to 23:59. Raise InvalidInput for anything else."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise InvalidInput(message("Enter the start time, from 00:00 to 23:59."), field=field) from None
