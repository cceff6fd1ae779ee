from __future__ import annotations

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.domain.name import LONGEST_NAME, check_unique, is_typed, read_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Payments", "Payments"),
        ("  Pay \t ments\n", "Pay ments"),
        ("Zürich", "Zürich"),
        ("Pay\x00ments\u2028x", "Pay ments x"),
        ("営業", "営業"),
        ("<b>", "<b>"),
        ("a\u202ab\u202bc\u202cd\u202de\u202ef", "abcdef"),
        ("a\u2066b\u2067c\u2068d\u2069e", "abcde"),
        ("می\u200cخواهم\u200f א\u200e क\u200d", "می\u200cخواهم\u200f א\u200e क\u200d"),
        ("x" * LONGEST_NAME, "x" * LONGEST_NAME),
    ],
)
def test_a_name_is_one_visible_line(text: str, name: str) -> None:
    assert read_name(text, "team") == name


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "  ",
            "\x00",
            "\u2028\n",
            "\u202e",
            "\u200b",
            "\u200d\u2060 \ufeff",
            "\u00ad",
            "\u3164",
            "\uffa0\u115f",
        ),
        *("\u2800", "\u034f", "\ufe0f", "\u0301", "\u20dd", "\U000e0041"),
    ],
)
def test_nothing_is_not_a_name(text: str) -> None:
    with pytest.raises(InvalidInput, match="Give the team a name") as refused:
        read_name(text, "team")
    assert refused.value.field == "name"


def test_a_name_ends_somewhere() -> None:
    with pytest.raises(InvalidInput, match="at most 5 characters") as refused:
        read_name("123456", "day", "title", longest=5)
    assert refused.value.field == "title"


def test_two_names_are_the_same_in_any_case_of_letters() -> None:
    check_unique("Payments", ["Refunds"], "team")
    with pytest.raises(InvalidInput, match="a team named “STRASSE” already"):
        check_unique("STRASSE", ["Straße"], "team")


@pytest.mark.parametrize(
    ("typed", "name", "same"),
    [
        (" ann example ", "Ann Example", True),
        ("Ann Example", "Ann  Example\u00a0", True),
        ("Zo\u00eb", "Zoe\u0308", True),
        ("Ann", "\u200eAnn\u200f", True),
        ("Straße", "STRASSE", True),
        ("Ann", "Anna", False),
        ("Zoe", "Zoë", False),
        ("", "\u200b", False),
        ("\u200b", "\u200b", True),
    ],
)
def test_a_name_is_typed_as_it_is_shown(typed: str, name: str, same: bool) -> None:
    assert is_typed(typed, name) is same
