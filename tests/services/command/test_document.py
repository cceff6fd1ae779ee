"""The fields of a JSON object: each of its type, and no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.services.command.document import (
    MISSING,
    NO_FLAG,
    NO_LIST,
    NO_NUMBER,
    NO_OBJECT,
    NO_TEXT,
    UNKNOWN,
    JsonFields,
)
from timesheet.services.command.fields import MOST_ITEMS


class Color(StrEnum):
    RED = "red"


READERS: dict[str, Callable[[JsonFields], object]] = {
    "text": lambda fields: fields.text("a"),
    "text or none": lambda fields: fields.text_or_none("a"),
    "texts": lambda fields: fields.texts("a"),
    "joined": lambda fields: fields.joined("a"),
    "changed": lambda fields: fields.changed("a", "was"),
    "numbered": lambda fields: fields.numbered("a", 2),
    "rows": lambda fields: fields.rows("a", ("b",)),
    "lines": lambda fields: fields.lines("a", ("b",)),
    "document": lambda fields: fields.document("a", "Broken."),
    "flag": lambda fields: fields.flag("a"),
    "answer": lambda fields: fields.answer("a"),
    "number": lambda fields: fields.number("a", "Type a number."),
    "number or none": lambda fields: fields.number_or_none("a", "Type a number."),
    "numbers": lambda fields: fields.numbers("a"),
    "choices": lambda fields: fields.choices("a", Color),
    "version": lambda fields: fields.version("a"),
    "day": lambda fields: fields.day("a"),
}


def each(reader: str, values: Sequence[object], sentence: str) -> list[tuple[str, object, str, str]]:
    """Values that this reader refuses, all with the same sentence."""
    return [(reader, value, "a", sentence) for value in values]


REFUSED = [
    *each("text", (1, None, True, ["x"], {"x": 1}), NO_TEXT),
    *each("text or none", (1, False, []), NO_TEXT),
    *each("number", ("1", 1.0, True, None, -1, 10**18, [1]), NO_NUMBER),
    *each("version", ("1", 1.5, True, None, -1), NO_NUMBER),
    *each("number or none", ("", 1.5), NO_NUMBER),
    *each("flag", (0, 1, "true", None), NO_FLAG),
    *each("answer", (0, "yes"), NO_FLAG),
    *(
        one
        for reader in ("texts", "joined", "numbers", "rows", "lines")
        for one in each(reader, ("x", None, {}), NO_LIST)
    ),
    ("texts", ["x", 1], "a[1]", NO_TEXT),
    ("numbers", [1, "2"], "a[1]", NO_NUMBER),
    ("choices", ["red", "green"], "a[1]", "This must be one of: red."),
    ("numbered", ["1"], "a", "This list must have 2 entries."),
    ("rows", [{"b": 1}, 2], "a[1]", NO_OBJECT),
    ("rows", [{"b": 1, "c": 2}], "a[0].c", UNKNOWN),
    ("day", "24 November", "a", "“24 November” is not a date. Use the form 2026-11-24."),
]


@pytest.mark.parametrize(("reader", "value", "place", "sentence"), REFUSED, ids=str)
def test_a_value_of_another_type_is_refused_by_its_path(
    reader: str, value: object, place: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        READERS[reader](JsonFields({"a": value}))
    assert (refused.value.field, refused.value.sentence) == (place, sentence)


@pytest.mark.parametrize("reader", [name for name in READERS if name != "answer"])
def test_what_is_missing_is_not_the_same_as_empty(reader: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        READERS[reader](JsonFields({}))
    assert (refused.value.field, refused.value.sentence) == ("a", MISSING)


def test_a_default_and_a_question_may_be_left_out() -> None:
    fields = JsonFields({})
    assert fields.text("a", "") == ""
    assert fields.answer("a") is None
    assert JsonFields({"a": None}).answer("a") is None


def test_a_field_that_is_null_was_sent() -> None:
    fields = JsonFields({"a": None})
    assert fields.has("a")
    assert not fields.has("b")
    assert fields.changed("a", "was") is None


def test_null_means_that_nothing_is_chosen() -> None:
    fields = JsonFields({"a": None})
    assert fields.text_or_none("a") is None
    assert fields.number_or_none("a", "") is None
    assert fields.id_or_none("a") is None
    assert fields.day_or_none("a") is None


def test_a_field_that_nobody_reads_is_refused() -> None:
    fields = JsonFields({"a": "x", "b": 1})
    assert fields.text("a") == "x"
    with pytest.raises(InvalidInput) as refused:
        fields.finish()
    assert (refused.value.field, refused.value.sentence) == ("b", UNKNOWN)
    assert fields.number("b", "") == 1
    fields.finish()


def test_errors_in_a_row_have_its_path() -> None:
    [_, row] = JsonFields({"a": [{"b": "x"}, {"b": 1}]}).rows("a", ("b",))
    with pytest.raises(InvalidInput) as refused:
        row.text("b")
    assert refused.value.field == "a[1].b"


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_a_command_is_an_object(value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        JsonFields(value)
    assert (refused.value.field, refused.value.sentence) == ("", NO_OBJECT)


def test_the_longest_list_is_taken_and_no_longer_one() -> None:
    assert len(JsonFields({"a": [1] * MOST_ITEMS}).numbers("a")) == MOST_ITEMS
    with pytest.raises(InvalidInput, match="too long"):
        JsonFields({"a": [1] * (MOST_ITEMS + 1)}).numbers("a")
