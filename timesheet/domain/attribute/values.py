"""The values of attributes that one worklog has, as Jira keeps them in one property."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from timesheet.domain.attribute.attribute import (
    DIGITS,
    Attribute,
    AttributeValue,
    Kind,
    Option,
    default_value,
    field_of,
    number_text,
)
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

PROPERTY = "timesheet.attributes"
"""The key of the worklog property: an object with the values by attribute id."""

AttributeValues = Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class DisplayedValue:
    """A value for people: ``text`` is empty for a checked box, whose name is enough.

    ``gone`` says that the attribute is retired or its option removed, so this can no longer be chosen.
    """

    attribute: Attribute
    text: str
    gone: bool = False


def values_in(properties: Mapping[str, Any] | None) -> AttributeValues:
    """Return the values in the properties of a worklog; anything unreadable counts as none."""
    values = (properties or {}).get(PROPERTY)
    if not isinstance(values, dict):
        return {}
    return {str(key): value for key, value in values.items() if _readable(value)}


def _readable(value: object) -> bool:
    """Return True for a value that a form could have: no file and no shared cache has room for any number."""
    return abs(value) < 10**DIGITS if isinstance(value, int | float) else isinstance(value, str)


def with_values(before: AttributeValues, changes: Mapping[str, AttributeValue | None]) -> AttributeValues:
    """Return the values after ``changes``; None removes a value, and so does *no*, which is the same as no value."""
    return {
        key: value for key, value in {**before, **changes}.items() if value is not None and value is not False
    }


def defaults_of(attributes: Iterable[Attribute]) -> AttributeValues:
    """Return the values of a new worklog for which nobody chose any."""
    found = ((attribute.id, default_value(attribute)) for attribute in attributes)
    return {key: value for key, value in found if value is not None and value is not False}


Advice = Callable[[Attribute], str]
"""Returns a sentence that says where the value of an attribute can be entered, or an empty text."""


def require_values(
    attributes: Iterable[Attribute], values: AttributeValues, advise: Advice = lambda _: ""
) -> None:
    """Raise InvalidInput for a required attribute without a value, with the advice for it."""
    for attribute in attributes:
        if attribute.required and values.get(attribute.id) is None:
            sentence = message("“{name}” is required.", name=attribute.name)
            if advice := advise(attribute):
                sentence = message("{sentence} {advice}", sentence=sentence, advice=advice)
            raise InvalidInput(sentence, field=field_of(attribute))


def displayed_values(attributes: Iterable[Attribute], values: AttributeValues) -> tuple[DisplayedValue, ...]:
    """Return the values of a worklog, in the order of ``attributes``; unchecked boxes are left out."""
    found = (
        _displayed(attribute, values[attribute.id]) for attribute in attributes if attribute.id in values
    )
    return tuple(one for one in found if one)


def _displayed(attribute: Attribute, value: AttributeValue) -> DisplayedValue | None:
    if attribute.kind.answers:
        return DisplayedValue(attribute, "", attribute.retired) if value is True else None
    if attribute.kind is Kind.SELECT:
        option = next((one for one in attribute.options if one.id == value), Option("", "", removed=True))
        return DisplayedValue(attribute, option.name or str(value), attribute.retired or option.removed)
    text = str(value) if isinstance(value, str | bool) else number_text(value)
    return DisplayedValue(attribute, text, attribute.retired)
