"""The questions that a report may ask, and the sentences for those that it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.domain.report.query import Entered, Filter, ReportQuery, check_query
from timesheet.domain.report.terms import ColumnUnit, Dimension, Figure
from timesheet.domain.span import DateSpan

JANUARY = DateSpan(date(2026, 1, 1), date(2026, 1, 31))
QUERY = ReportQuery(JANUARY)


def long(days: int) -> DateSpan:
    return DateSpan(JANUARY.first, JANUARY.first + timedelta(days=days - 1))


def test_an_ordinary_query_is_accepted() -> None:
    check_query(QUERY)


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        (replace(QUERY, span=long(3653)), "range", "3653 days"),
        (replace(QUERY, span=long(94), column_unit=ColumnUnit.DAY), "columns", "weeks or months"),
        (replace(QUERY, rows=(Dimension.DAY, Dimension.DAY)), "rows", "each a different one"),
        (replace(QUERY, rows=tuple(Dimension)[:5]), "rows", "at most 4"),
        (replace(QUERY, figures=()), "figures", "at least one"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_field(query: ReportQuery, field: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_query(query)
    assert refused.value.field == field
    assert words in refused.value.sentence


def test_the_longest_range_and_the_most_columns_are_allowed() -> None:
    check_query(replace(QUERY, span=long(731)))
    check_query(replace(QUERY, span=long(93), column_unit=ColumnUnit.DAY))


def test_a_query_knows_what_it_needs() -> None:
    assert (QUERY.own, QUERY.compares, QUERY.plans) == (True, False, False)
    assert not replace(QUERY, team_ids=("a",)).own
    assert not replace(QUERY, every_team=True).own
    assert replace(QUERY, figures=(Figure.CHANGE,)).compares
    assert replace(QUERY, figures=(Figure.PERCENTAGE,)).plans


def test_only_sums_of_people_and_projects_need_no_worklogs() -> None:
    sums = replace(QUERY, rows=(Dimension.PERSON, Dimension.PROJECT))
    assert sums.only_sums
    assert not QUERY.only_sums
    assert not replace(sums, filters=(Filter(Dimension.STATUS, frozenset({"3"})),)).only_sums
    assert not replace(sums, text="meeting").only_sums
    assert not replace(sums, figures=(Figure.SPENT, Figure.ESTIMATE)).only_sums
    assert not replace(sums, figures=(Figure.REMAINING,)).only_sums
    assert not replace(sums, jql="labels = x").only_sums
    assert not replace(sums, entered=Entered(last=QUERY.span.last)).only_sums
    assert not replace(sums, rows=(Dimension.ENTERED,)).only_sums


@pytest.mark.parametrize(
    ("rows", "entered", "dated"),
    [
        ((Dimension.ISSUE,), Entered(), False),
        ((Dimension.ISSUE,), Entered(first=QUERY.span.first), True),
        ((Dimension.ENTERED,), Entered(), True),
        ((Dimension.PERSON, Dimension.WORKLOG), Entered(), True),
    ],
)
def test_days_of_entry_are_computed_only_where_they_matter(
    rows: tuple[Dimension, ...], entered: Entered, dated: bool
) -> None:
    assert replace(QUERY, rows=rows, entered=entered).dates_entry is dated


def test_days_of_entry_are_open_on_either_side_and_do_not_end_before_they_begin() -> None:
    first, last = QUERY.span.first, QUERY.span.last
    days = Entered(first, last).ordinals
    assert (first.toordinal() in days, last.toordinal() in days, len(days)) == (True, True, len(QUERY.span))
    assert 1 in Entered(last=last).ordinals
    assert last.max.toordinal() in Entered(first).ordinals
    with pytest.raises(InvalidInput, match="before they begin") as refused:
        check_query(replace(QUERY, entered=Entered(last, first)))
    assert refused.value.field == "entered"
