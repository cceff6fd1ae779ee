"""The time that people have not logged although it is expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.report.group_tree import FactTable
from timesheet.domain.report.missing import missing_time
from timesheet.domain.report.terms import Field
from timesheet.domain.span import DateSpan

FIRST = date(2026, 11, 2)
WEEKS = [
    DateSpan(FIRST + timedelta(days=7 * week), FIRST + timedelta(days=7 * week + 6)) for week in range(2)
]
HOUR = 3600


def facts(*amounts: tuple[int, int, int], teams: Sequence[int] = ()) -> FactTable:
    """Return amounts of a person on a day of the two weeks, in one team or in those of ``teams``."""
    people = [person for person, _, _ in amounts]
    days = [FIRST.toordinal() + day for _, day, _ in amounts]
    fields = {Field.PERSON: people, Field.TEAM: teams or [1] * len(amounts), Field.DAY: days}
    return FactTable(fields, [seconds for _, _, seconds in amounts])


def found(spent: FactTable, capacity: FactTable) -> list[tuple[int, int, int]]:
    missing = missing_time(spent, capacity, WEEKS)
    days = [day - FIRST.toordinal() for day in missing.fields[Field.DAY]]
    return list(zip(missing.fields[Field.PERSON], days, missing.seconds, strict=True))


def test_a_full_week_does_not_make_up_for_another() -> None:
    capacity = facts((0, 0, 8 * HOUR), (0, 7, 8 * HOUR))
    assert found(facts((0, 1, 3 * HOUR), (0, 8, 20 * HOUR)), capacity) == [(0, 0, 5 * HOUR)]
    assert found(facts(), capacity) == [(0, 0, 8 * HOUR), (0, 7, 8 * HOUR)]


def test_nothing_is_missing_where_nothing_is_expected() -> None:
    assert found(facts((1, 0, HOUR)), facts()) == []
    assert found(facts((0, 0, HOUR)), facts((0, 6, HOUR))) == []


def test_what_is_missing_belongs_to_the_team_of_the_last_day_with_capacity() -> None:
    capacity = facts(
        (0, 2, 8 * HOUR), (0, 1, 8 * HOUR), (0, 8, 8 * HOUR), (1, 3, 8 * HOUR), teams=[2, 1, 1, 3]
    )
    missing = missing_time(facts((0, 4, 10 * HOUR), (0, 9, HOUR), teams=[4, 2]), capacity, WEEKS)
    found = zip(missing.fields[Field.PERSON], missing.fields[Field.TEAM], missing.seconds, strict=True)
    assert sorted(found) == [(0, 1, 7 * HOUR), (0, 2, 6 * HOUR), (1, 3, 8 * HOUR)]


AMOUNTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 13), st.integers(1, 9)), max_size=30)


@given(AMOUNTS, AMOUNTS)
def test_what_is_missing_is_what_logging_it_would_fill(
    spent: list[tuple[int, int, int]], expected: list[tuple[int, int, int]]
) -> None:
    missing = found(facts(*spent), facts(*expected))
    assert all(seconds > 0 for _, _, seconds in missing)
    assert found(facts(*spent, *missing), facts(*expected)) == []
