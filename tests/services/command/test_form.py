"""The fields of a form: text, lists, boxes, and what is empty or was not sent."""

from __future__ import annotations

from enum import StrEnum

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.services.command.fields import MOST_ITEMS
from timesheet.services.command.form import FormFields


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


def form(**values: list[str]) -> FormFields:
    return FormFields(values)


def test_what_is_not_sent_is_empty() -> None:
    fields = form(sent=[])
    for name in ("sent", "missing"):
        assert fields.text(name) == ""
        assert fields.text(name, "other") == "other"
        assert fields.text_or_none(name) is None
        assert fields.texts(name) == []
        assert fields.flag(name) is False
        assert fields.answer(name) is None
        assert fields.number_or_none(name, "Type a number.") is None
        assert fields.document(name, "Broken.") == {}
        assert fields.lines(name, ("a", "b")) == []
        assert fields.rows("rows", (name, "other"), "shown") == []


def test_the_first_of_several_texts_counts_and_all_of_a_list() -> None:
    fields = form(a=["1", "2", "", "x"])
    assert fields.text("a") == "1"
    assert fields.texts("a") == ["1", "2", "x"]
    assert fields.numbers("a") == [1, 2]


def test_a_list_of_choices_leaves_out_what_its_page_cannot_send() -> None:
    assert form(a=["red", "green"]).choices("a", Color) == {Color.RED}


@pytest.mark.parametrize(("text", "checked"), [("1", True), ("on", True), ("0", False), ("", False)])
def test_a_box_is_checked_or_not(text: str, checked: bool) -> None:
    assert form(a=[text]).flag("a") is checked


@pytest.mark.parametrize(("text", "answer"), [("yes", True), ("no", False), ("perhaps", None), ("", None)])
def test_a_question_is_answered_or_not(text: str, answer: bool | None) -> None:
    assert form(a=[text]).answer("a") is answer


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "1" * 19, "²", "٣"])
def test_a_number_has_up_to_18_digits(text: str) -> None:
    assert form(a=["1" * 18]).number("a", "Type a number.") == int("1" * 18)
    with pytest.raises(InvalidInput, match="Type a number") as refused:
        form(a=[text]).number("a", "Type a number.", "shown")
    assert refused.value.field == "shown"


@pytest.mark.parametrize("text", ["", "x", "-1", "1" * 10])
def test_a_version_that_is_none_means_that_the_page_is_out_of_date(text: str) -> None:
    assert form(version=["9" * 9]).version() == int("9" * 9)
    with pytest.raises(InvalidInput, match="out of date") as refused:
        form(version=[text]).version()
    assert refused.value.field == "form"


def test_an_empty_field_was_sent_and_a_missing_one_was_not() -> None:
    fields = form(empty=[""], none=[])
    assert [fields.has(name) for name in ("empty", "none", "missing")] == [True, False, False]


def test_a_text_that_is_as_it_was_shown_is_not_a_change() -> None:
    assert form(a=[" 1h "], was=["1h"]).changed("a", "was") is None
    assert form(a=["2h"], was=["1h"]).changed("a", "was") == "2h"
    assert form(a=[""], was=["1h"]).changed("a", "was") == ""


def test_a_list_with_commas_has_no_empty_entries() -> None:
    assert form(a=["x,,y,"]).joined("a") == ["x", "y"]
    assert form(a=[""]).joined("a") == []
    with pytest.raises(InvalidInput, match="too long"):
        form(a=["x," * (MOST_ITEMS + 1)]).joined("a")


def test_numbered_fields_are_one_list() -> None:
    assert FormFields({"day-0": ["8"], "day-2": ["4"]}).numbered("day", 3) == ["8", "", "4"]


def test_columns_make_rows_of_the_same_length() -> None:
    fields = form(a=["1", "2"], b=["x", ""])
    assert [(row.text("a"), row.text("b")) for row in fields.rows("rows", ("a", "b"), "a")] == [
        ("1", "x"),
        ("2", ""),
    ]
    with pytest.raises(InvalidInput, match="out of date") as refused:
        form(a=["1", "2"], b=["x"]).rows("rows", ("a", "b"), "a")
    assert refused.value.field == "a"


def test_errors_in_a_row_belong_to_one_field() -> None:
    [row] = form(a=["../x"], b=[""]).rows("rows", ("a", "b"), "a")
    for read in (row.id_or_none, row.day_or_none):
        with pytest.raises(InvalidInput) as refused:
            read("a")
        assert refused.value.field == "a"


def test_lines_make_rows() -> None:
    rows = form(days=["1\tx\r\n\n2\ty\n"]).lines("days", ("a", "b"))
    assert [(row.text("a"), row.text("b")) for row in rows] == [("1", "x"), ("2", "y")]
    for text in ("1", "1\tx\ty"):
        with pytest.raises(InvalidInput, match="out of date"):
            form(days=[text]).lines("days", ("a", "b"))
    with pytest.raises(InvalidInput, match="too long"):
        form(days=["1\tx\n" * (MOST_ITEMS + 1)]).lines("days", ("a", "b"))


@pytest.mark.parametrize("text", ["x", "{", "[" * 5000])
def test_a_document_that_is_none_is_refused(text: str) -> None:
    assert form(a=['{"b": [1]}']).document("a", "Broken.") == {"b": [1]}
    with pytest.raises(InvalidInput, match="Broken") as refused:
        form(a=[text]).document("a", "Broken.")
    assert refused.value.field == "a"


def test_more_fields_than_a_command_has_are_no_mistake() -> None:
    form(a=["1"], lead_name=["Ann"]).finish()
