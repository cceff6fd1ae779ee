"""Typed text in one form."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.typed_text import plain_form, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("1h 30m", "1h 30m"),
        ("\u200f24\u200f/11", "24/11"),
        ("1\u200bh\u2060", "1h"),
        ("\ufeff2:00", "2:00"),
        ("\u00adAda", "Ada"),
        ("", ""),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, seen: str) -> None:
    assert visible(text) == seen


@given(st.text())
def test_everything_that_is_seen_is_kept_in_order(text: str) -> None:
    assert list(visible(text)) == [char for char in text if unicodedata.category(char) != "Cf"]


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("1H 30M", "1h 30m"),
        ("١٢:٣٠", "12:30"),
        ("१ h", "1 h"),
        ("2時間半", "2時間30分"),
        ("9時半", "9時30分"),
        ("GESTERN", "gestern"),
    ],
)
def test_digits_and_letters_have_one_form(typed: str, plain: str) -> None:
    assert plain_form(typed) == plain
