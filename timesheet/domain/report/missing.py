"""Compute the time that people have not logged although it is expected of them, by spans of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.terms import Field
from timesheet.domain.span import DateSpan


def missing_time(spent: FactTable, capacity: FactTable, spans: Sequence[DateSpan]) -> FactTable:
    """Return the seconds by which each person's time is below their capacity in each span, dated on its first day.

    More time in another span does not compensate, and more time in one team does for another: the amount belongs to
    the teams of the span's last day on which something is expected of the person. ``spans`` have no gap and contain
    all days of both.
    """
    base = spans[0].first.toordinal()
    span_at = [place for place, span in enumerate(spans) for _ in range(len(span))]
    left: dict[tuple[int, int], int] = defaultdict(int)
    for facts, sign in ((capacity, 1), (spent, -1)):
        people, days = facts.fields[Field.PERSON], facts.fields[Field.DAY]
        for person, day, seconds in zip(people, days, facts.seconds, strict=True):
            left[person, span_at[day - base]] += sign * seconds
    people, teams, days = (capacity.fields[field] for field in (Field.PERSON, Field.TEAM, Field.DAY))
    expected = sorted(zip(days, people, teams, strict=True))
    last_teams = {(person, span_at[day - base]): bits for day, person, bits in expected}
    found = [
        (person, last_teams[person, place], spans[place].first.toordinal(), seconds)
        for (person, place), seconds in left.items()
        if seconds > 0
    ]
    people, teams, days, amounts = map(list, zip(*found, strict=True)) if found else ([], [], [], [])
    return FactTable({Field.PERSON: people, Field.TEAM: teams, Field.DAY: days}, amounts)
