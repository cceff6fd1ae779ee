"""Find the days on which people may have logged time on an issue that has very many worklogs.

Jira cannot list one author's worklogs of an issue, and charges a point for each worklog it lists. Its search
can tell that somebody has none on some days, if it matches author and date on the same worklog. If it matches
them on different ones, it always says that there may be some. So two days are tested first: if both match, no
further questions are asked. Each question names the issue, so Jira reads past its index and recently logged
time is not missed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from timesheet.domain.errors import TimesheetError
from timesheet.domain.span import DateSpan

# Two probes and a count cost up to 6 points, eight questions up to 16: an issue needs this many worklogs for
# the probes, the requested days this many for the first questions, and each part this many for further ones.
LEAST, LEAST_IN_DAYS, SPLIT_ABOVE = 500, 200, 100
PARTS = 8
WEDNESDAY = 2


class Ask(Protocol):
    """Starts one question and passes on the answer, or its error."""

    def __call__(self, days: DateSpan, then: Callable[[bool | TimesheetError], None]) -> None: ...


class Count(Protocol):
    """Starts to count the worklogs that start on some UTC days."""

    def __call__(self, days: DateSpan, then: Callable[[int | TimesheetError], None]) -> None: ...


@dataclass(eq=False)
class AuthorDays:
    """Narrows ``days`` (UTC) and passes the ranges to read to ``found``, in order and disjoint.

    ``ask`` asks whether search matches the issue for these days of the caller's zone.
    """

    days: DateSpan
    ask: Ask
    count: Count
    found: Callable[[Sequence[DateSpan]], None]
    _total: int = 0
    _narrows: bool = True
    _open: int = 0
    _parts: list[DateSpan] = field(default_factory=list)

    def begin(self) -> None:
        """Count the worklogs and test two days on which the authors probably have none."""
        probes = probe_days(self.days)
        self._open = 1 + len(probes)
        self.count(self.days, self._counted)
        for day in probes:
            self.ask(DateSpan(day, day), self._probed)

    def _counted(self, total: int | TimesheetError) -> None:
        if isinstance(total, int):
            self._total = total
        self._begun()

    def _probed(self, matches: bool | TimesheetError) -> None:
        self._narrows = self._narrows and matches is False
        self._begun()

    def _begun(self) -> None:
        self._open -= 1
        if self._open:
            return
        if self._narrows and self._total >= LEAST_IN_DAYS:
            self._split(self.days)
        else:
            self.found([self.days])

    def _split(self, days: DateSpan) -> None:
        parts = divided(days, PARTS)
        self._open += len(parts)
        for part in parts:
            # A worklog that starts on a UTC day is at most a day off in the caller's zone.
            self.ask(part.padded(1), self._answer_to(part))

    def _answer_to(self, part: DateSpan) -> Callable[[bool | TimesheetError], None]:
        def answered(matches: bool | TimesheetError) -> None:
            self._open -= 1
            if matches is True and len(part) > 1 and self._expected(part) > SPLIT_ABOVE:
                self._split(part)
            elif matches is not False:
                self._parts.append(part)
            if not self._open:
                self.found(joined(self._parts))

        return answered

    def _expected(self, part: DateSpan) -> float:
        return self._total * len(part) / len(self.days)


def probe_days(days: DateSpan) -> Sequence[date]:
    """Return two working days, at one third and two thirds of ``days``."""
    thirds = (days.first + timedelta(days=len(days) * part // 3) for part in (1, 2))
    return tuple(day + timedelta(days=WEDNESDAY - day.weekday()) for day in thirds)


def divided(days: DateSpan, parts: int) -> list[DateSpan]:
    """Return ``days`` in at most a given number of parts of about equal length, without gaps or overlaps."""
    count = min(parts, len(days))
    firsts = [days.first + timedelta(days=len(days) * number // count) for number in range(count)]
    lasts = [first - timedelta(days=1) for first in firsts[1:]]
    return [DateSpan(*ends) for ends in zip(firsts, [*lasts, days.last], strict=True)]


def joined(ranges: Sequence[DateSpan]) -> list[DateSpan]:
    """Return the ranges in order, with adjacent ones joined."""
    whole: list[DateSpan] = []
    for one in sorted(ranges):
        if whole and whole[-1].last + timedelta(days=1) >= one.first:
            whole[-1] = DateSpan(whole[-1].first, max(whole[-1].last, one.last))
        else:
            whole.append(one)
    return whole
