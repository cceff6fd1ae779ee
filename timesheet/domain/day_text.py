"""Days that come as text."""

from __future__ import annotations

from datetime import date

from timesheet.domain.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 1971, 9998


def read_date(text: str, field: str = "day") -> date:
    """Return an ISO date from 1971 to 9998. Raise InvalidInput for anything else."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"“{text[:40]}” is not a date. Use the form 2026-11-24.", field=field) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(f"Choose a day between {FIRST_YEAR} and {LAST_YEAR}.", field=field)
    return day
