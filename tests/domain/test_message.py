from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.message import Message, Seconds, counted, in_context, message


def test_a_message_is_its_english_text_and_keeps_its_parts() -> None:
    said = message("{name} was closed on {day}.", name="May", day=date(2026, 7, 1))
    assert said == "May was closed on 1 July 2026."
    assert (said.pattern, said.values) == (
        "{name} was closed on {day}.",
        {"name": "May", "day": date(2026, 7, 1)},
    )


def test_a_word_with_two_meanings_says_which_one_it_has() -> None:
    said = in_context("a column for each day", "Days")
    assert said == "Days"
    assert (said.pattern, said.context) == ("Days", "a column for each day")
    assert message("Days").context == ""


@pytest.mark.parametrize(("number", "text"), [(0, "0 days of A"), (1, "1 day of A"), (2, "2 days of A")])
def test_a_counted_message_has_the_english_plural(number: int, text: str) -> None:
    assert counted("{count} day of {who}", "{count} days of {who}", number, who="A") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Seconds(5400), "1h 30m"),
        (5400, "5400"),
        (time(9, 5), "09:05"),
        (("a",), "a"),
        (("a", "b"), "a and b"),
        (("a", message("b"), date(2026, 1, 2)), "a, b, and 2 January 2026"),
        (message("{x} of {y}", x=1, y=2), "1 of 2"),
    ],
)
def test_values_are_written_in_english(value: object, text: str) -> None:
    assert message("{value}", value=value) == text


@given(st.text())
def test_what_people_typed_is_not_read_as_a_pattern(typed: str) -> None:
    assert message("“{text}”", text=typed) == f"“{typed}”"
    assert Message("{literal}") == "{literal}"
