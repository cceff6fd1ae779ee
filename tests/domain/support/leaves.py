"""Leaves over a range of days, for tests."""

from __future__ import annotations

from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.span import DateSpan


def leave_range(account_id: str, span: DateSpan, legend_id: str) -> tuple[Leave, ...]:
    """Return a leave on each whole day of ``span``."""
    return tuple(Leave(account_id, day, legend_id, Part.WHOLE) for day in span)
