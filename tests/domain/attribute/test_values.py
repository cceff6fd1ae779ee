"""The values of one worklog: read from Jira as they are, and shown with what is gone."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from tests.domain.attribute.test_attribute import ACTIVITY, KILOMETERS, REMOTE, TICKET
from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.attribute.values import (
    PROPERTY,
    AttributeValues,
    defaults_of,
    displayed_values,
    require_values,
    values_in,
    with_values,
)
from timesheet.domain.errors import InvalidInput

ALL = (ACTIVITY, TICKET, KILOMETERS, REMOTE)


@pytest.mark.parametrize(
    ("properties", "values"),
    [
        (None, {}),
        ({}, {}),
        ({PROPERTY: "x"}, {}),
        (
            {PROPERTY: {"a": "d", "b": [1], "c": None, "d": {}, "r": True}, "other": {"z": 1}},
            {"a": "d", "r": True},
        ),
        (
            {
                PROPERTY: {
                    "a": 10**10,
                    "b": -(10**30),
                    "c": inf,
                    "d": nan,
                    "e": 10**10 - 1,
                    "f": -0.5,
                    "g": False,
                }
            },
            {"e": 10**10 - 1, "f": -0.5, "g": False},
        ),
    ],
)
def test_anything_unreadable_in_jira_counts_as_none(
    properties: dict[str, Any] | None, values: dict[str, Any]
) -> None:
    assert values_in(properties) == values


def test_changes_keep_what_they_do_not_name() -> None:
    before: AttributeValues = {"a": "d", "r": True, "z": "of another site"}
    assert with_values(before, {"a": None, "r": False, "n": 2}) == {"z": "of another site", "n": 2}
    assert with_values({}, {"r": False}) == {}


def test_a_new_worklog_has_the_defaults() -> None:
    with_defaults = [
        replace(ACTIVITY, default="t"),
        replace(REMOTE, default="yes"),
        replace(KILOMETERS, default="0"),
    ]
    assert defaults_of(with_defaults) == {"a": "t", "r": True, "n": 0}
    assert defaults_of(ALL) == {}


def test_a_missing_required_value_is_named() -> None:
    required = replace(KILOMETERS, required=True)
    require_values([required], {"n": 0})
    with pytest.raises(InvalidInput) as caught:
        require_values([TICKET, required], {"k": "x"}, lambda one: f"Open the dialog of {one.name}.")
    assert caught.value.field == "attribute-n"
    assert caught.value.sentence == "“Kilometers” is required. Open the dialog of Kilometers."
    with pytest.raises(InvalidInput, match=r"^“Kilometers” is required\.$"):
        require_values([required], {})


@pytest.mark.parametrize(
    ("attribute", "value", "shown"),
    [
        (REMOTE, True, ("", False)),
        (REMOTE, False, None),
        (REMOTE, "yes", None),
        (replace(REMOTE, retired=True), True, ("", True)),
        (ACTIVITY, "d", ("Design", False)),
        (ACTIVITY, "o", ("Old", True)),
        (ACTIVITY, "unknown", ("unknown", True)),
        (replace(TICKET, retired=True), "PAY-1", ("PAY-1", True)),
        (KILOMETERS, 1.5, ("1.5", False)),
        (KILOMETERS, 3, ("3", False)),
        (KILOMETERS, True, ("True", False)),
    ],
)
def test_what_is_gone_is_shown_as_gone(
    attribute: Attribute, value: Any, shown: tuple[str, bool] | None
) -> None:
    found = displayed_values([attribute], {attribute.id: value})
    assert [(one.text, one.gone) for one in found] == ([] if shown is None else [shown])


def test_values_come_in_the_order_of_the_attributes() -> None:
    assert [one.attribute for one in displayed_values(ALL, {"n": 1, "a": "d", "x": 1})] == [
        ACTIVITY,
        KILOMETERS,
    ]
