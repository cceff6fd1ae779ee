"""Read plain values of a request: days and issue ids."""

from __future__ import annotations

from datetime import date

from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message


def read_day(text: str | None, default: date | None = None) -> date:
    """Return an ISO date from 1971 to 9998. Raise InvalidInput for anything else, and for none without a default."""
    if not text and default is not None:
        return default
    return read_date(text or "")


def read_issue_id(text: str) -> int:
    """Return an issue's numeric id. Raise InvalidInput for anything else."""
    if not is_number(text):
        raise InvalidInput(message("Choose an issue from the list."), field="issue")
    return int(text)
