"""The fields of commands: limits, and the field that every error names, in forms and in JSON."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import pytest

from tests.services.support.command_cases import form_of
from timesheet.domain.errors import InvalidInput
from timesheet.services.command.document import JsonFields
from timesheet.services.command.fields import (
    LONGEST_TEXT,
    MOST_ITEMS,
    Fields,
    check_count,
    check_length,
)


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


READERS: dict[str, Callable[[Fields], object]] = {
    "text": lambda fields: fields.text("a"),
    "id": lambda fields: fields.id("a", ""),
    "id or none": lambda fields: fields.id_or_none("a"),
    "ids": lambda fields: fields.ids("a"),
    "account": lambda fields: fields.account_id("a"),
    "account or none": lambda fields: fields.account_id_or_none("a"),
    "accounts": lambda fields: fields.account_ids("a"),
    "group": lambda fields: fields.group_id("a"),
    "groups": lambda fields: fields.group_ids("a"),
    "day": lambda fields: fields.day("a"),
    "day or none": lambda fields: fields.day_or_none("a"),
    "choice": lambda fields: fields.choice("a", Color, "Choose a color."),
    "number": lambda fields: fields.number("a", "Type a number."),
    "number or none": lambda fields: fields.number_or_none("a", "Type a number."),
}
LISTS = ("ids", "accounts", "groups")


@pytest.mark.parametrize("reader", READERS)
def test_a_text_that_is_too_long_is_refused_for_its_field(reader: str) -> None:
    text = "1" * (LONGEST_TEXT + 1)
    sources = (form_of({"a": text}), JsonFields({"a": [text] if reader in LISTS else text}))
    for fields in sources:
        with pytest.raises(InvalidInput) as refused:
            READERS[reader](fields)
        assert refused.value.field in ("a", "a[0]")


@pytest.mark.parametrize("reader", [name for name in READERS if name not in ("text", "choice")])
def test_a_text_that_is_none_of_it_is_refused_for_its_field(reader: str) -> None:
    for fields in (form_of({"a": "../x"}), JsonFields({"a": ["../x"] if reader in LISTS else "../x"})):
        with pytest.raises(InvalidInput) as refused:
            READERS[reader](fields)
        assert refused.value.field == "a"


def test_people_and_groups_count_once_and_stay_in_order() -> None:
    many = ["b", "", "a", "b"]
    assert form_of({"who": many}).account_ids("who") == ("b", "a")
    assert form_of({"who": many}).group_ids("who") == ("b", "a")
    assert form_of({"who": many}).ids("who") == {"a", "b"}


def test_a_form_shows_an_error_of_a_hidden_field_elsewhere_and_json_names_it() -> None:
    for fields, place in ((form_of({"a": "../x"}), "roles"), (JsonFields({"a": ["../x"]}), "a")):
        with pytest.raises(InvalidInput) as refused:
            fields.ids("a", "roles")
        assert refused.value.field == place


def test_a_choice_is_one_of_them() -> None:
    for fields in (form_of({"a": "red"}), JsonFields({"a": "red"})):
        assert fields.choice("a", Color, "Choose a color.") is Color.RED
    with pytest.raises(InvalidInput, match="Choose a color"):
        form_of({"a": "green"}).choice("a", Color, "Choose a color.")
    with pytest.raises(InvalidInput, match="red, blue"):
        JsonFields({"a": "green"}).choice("a", Color, "Choose a color.")


@pytest.mark.parametrize("length", [LONGEST_TEXT, LONGEST_TEXT + 1])
def test_the_longest_text_is_taken_and_no_longer_one(length: int) -> None:
    if length == LONGEST_TEXT:
        assert check_length("x" * length, "a") == "x" * length
        return
    with pytest.raises(InvalidInput, match=str(LONGEST_TEXT)):
        check_length("x" * length, "a")


def test_the_longest_list_is_taken_and_no_longer_one() -> None:
    check_count([1] * MOST_ITEMS, "a")
    with pytest.raises(InvalidInput, match=str(MOST_ITEMS)):
        check_count([1] * (MOST_ITEMS + 1), "a")
