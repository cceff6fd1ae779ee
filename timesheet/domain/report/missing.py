"""Compute the time that people have not logged although it is expected of them, by spans of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.terms import Field
from timesheet.domain.span import DateSpan


def missing_time(spent: FactTable, capacity: FactTable, spans: Sequence[DateSpan]) -> FactTable:
    """Return the seconds by which each person's time is below their capacity in each span, dated on its first day.

    More time in another span does not compensate. ``spans`` have no gap and contain all days of both.
    """
    base = spans[0].first.toordinal()
    span_at = [place for place, span in enumerate(spans) for _ in range(len(span))]
    left: dict[tuple[int, int], int] = defaultdict(int)
    for facts, sign in ((capacity, 1), (spent, -1)):
        people, days = facts.fields[Field.PERSON], facts.fields[Field.DAY]
        for person, day, seconds in zip(people, days, facts.seconds, strict=True):
            left[person, span_at[day - base]] += sign * seconds
    found = [
        (person, spans[place].first.toordinal(), seconds)
        for (person, place), seconds in left.items()
        if seconds > 0
    ]
    people, days, amounts = map(list, zip(*found, strict=True)) if found else ([], [], [])
    return FactTable({Field.PERSON: people, Field.DAY: days}, amounts)
