"""Sheets built from plain seconds per day, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import Day, Sheet, lay_out
from timesheet.domain.worklog.worklog import Worklog


def build_sheet(
    worklogs: Iterable[Worklog],
    issues: Mapping[int, Issue],
    span: DateSpan,
    expected: Sequence[int],
    added: Iterable[Issue] = (),
) -> Sheet:
    """Return a sheet of ``span``; ``expected`` has the seconds of each day, ``added`` issues get a row without time."""
    days = [Day(day, seconds) for day, seconds in zip(span, expected, strict=True)]
    return lay_out(worklogs, issues, days, added)
