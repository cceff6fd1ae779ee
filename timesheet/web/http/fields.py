"""Read plain values of a request: days, numbers, and issue ids."""

from __future__ import annotations

from datetime import date

from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message

MOST_ADDED = 50


def read_day(text: str | None, default: date) -> date:
    """Return an ISO date from 1971 to 9998. Raise InvalidInput for anything else."""
    if not text:
        return default
    return read_date(text)


def read_issue_id(text: str) -> int:
    """Return an issue's numeric id. Raise InvalidInput for anything else."""
    if not is_number(text):
        raise InvalidInput(message("Choose an issue from the list."), field="issue")
    return int(text)


def read_ids(text: str) -> tuple[int, ...]:
    """Return issue ids from a comma-separated list; invalid ones are left out, and their number is limited."""
    ids = (int(part) for part in text.split(",") if is_number(part))
    return tuple(dict.fromkeys(ids))[:MOST_ADDED]
