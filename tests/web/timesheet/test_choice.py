from __future__ import annotations

from datetime import date, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.span import DateSpan, View
from timesheet.services.ports.settings import PersonSettings
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.timesheet.choice import Choice, read_choice

TODAY = date(2026, 11, 18)
STORED = PersonSettings(view="month", layout="list", group="project")


FRESH = PersonSettings()


def choose(query: dict[str, str] | None = None, stored: PersonSettings = FRESH) -> Choice:
    return read_choice(MultiDict(query or {}), stored, TODAY, 0)


def test_an_empty_query_shows_what_was_left_behind() -> None:
    assert choose() == Choice(View.WEEK, DateSpan(date(2026, 11, 16), date(2026, 11, 22)), "grid", "issue")
    left = choose(stored=STORED)
    assert (left.view, left.layout, left.group) == (View.MONTH, "list", "project")
    assert left.span == DateSpan(date(2026, 11, 1), date(2026, 11, 30))


@pytest.mark.parametrize("name", ["view", "layout", "group"])
def test_an_unknown_choice_is_not_a_choice(name: str) -> None:
    assert choose({name: "<script>"}) == choose()


def test_going_somewhere_wins_over_the_day_shown() -> None:
    assert choose({"day": "2026-11-02", "go": "2026-11-25"}).span.first == date(2026, 11, 23)


def test_today_is_the_day_of_the_request_and_not_of_the_page() -> None:
    assert choose({"day": "2026-11-13", "go": "today"}) == choose()
    shown = {"view": "range", "first": "2026-11-05", "last": "2026-11-07", "go": "today"}
    assert choose(shown).span == DateSpan(TODAY, TODAY + timedelta(days=2))


def test_a_range_is_taken_as_given_and_moves_as_a_whole() -> None:
    here = choose({"view": "range", "first": "2026-11-05", "last": "2026-11-07"})
    assert here.span == DateSpan(date(2026, 11, 5), date(2026, 11, 7))
    there = choose(
        {"view": "range", "first": "2026-11-05", "last": "2026-11-07", "go": here.next.isoformat()}
    )
    assert there.span == DateSpan(date(2026, 11, 8), date(2026, 11, 10))
    assert there.previous == here.span.first


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"day": "18.11.2026"}, "not a date"),
        ({"day": "2026-02-30"}, "not a date"),
        ({"day": "1970-12-31"}, "between 1971"),
        ({"day": "9999-01-01"}, "between 1971"),
        ({"view": "range", "first": "2026-11-07", "last": "2026-11-05"}, "ends before it begins"),
        ({"view": "range", "first": "2025-01-01", "last": "2026-11-05"}, "up to 366 days"),
    ],
)
def test_bad_days_get_their_sentence(query: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        choose(query)


def test_the_edges_of_time_are_days_too() -> None:
    for text in ("1971-01-01", "9998-12-31"):
        assert read_day(text, TODAY) == date.fromisoformat(text)
    assert choose({"day": "9998-12-31"}).next - timedelta(days=1) >= date(9998, 12, 31)


@pytest.mark.parametrize("text", ["", "PAY-12", "-1", "1.0", "٣", "1" * 19])
def test_an_issue_is_requested_by_its_id(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_issue_id(text)
    assert read_issue_id("10012") == 10012
