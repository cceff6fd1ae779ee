"""The attributes of a worklog in its dialog, and as people read them in lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from timesheet.domain.attribute.attribute import (
    YES,
    Attribute,
    Kind,
    Tags,
    default_value,
    field_of,
    read_value,
    tags_of,
    typed_text,
)
from timesheet.domain.attribute.values import DisplayedValue, displayed_values, values_in
from timesheet.domain.errors import InvalidInput
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import copied
from timesheet.web.http.language import _, localize, number_words

SHOWN = "attribute-shown"
"""The field that names the attributes of a form: a box that is not checked is not sent."""


@dataclass(frozen=True, slots=True)
class AttributeField:
    """One field of the dialog: ``text`` is what was typed or chosen, ``options`` the choices of a list, by id."""

    id: str
    name: str
    label: str
    kind: Kind
    text: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AttributeFields:
    """The attributes in the dialog; ``others`` are values of the worklog that can no longer be chosen."""

    fields: tuple[AttributeField, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def ids(self) -> str:
        """Return the ids of the fields, as the form sends them."""
        return ",".join(one.id for one in self.fields)


@dataclass(frozen=True, slots=True)
class AttributeChoice:
    """One attribute to choose from ``offered``, by id and name, and the field for its value.

    ``errors`` has a sentence for a value that cannot be used.
    """

    offered: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    fields: AttributeFields = field(default_factory=AttributeFields)
    errors: Mapping[str, str] = field(default_factory=dict)


def sent_attributes(values: MultiDict[str, str]) -> str:
    """Return the attributes of a sent form in one text, as ``WorklogForm`` keeps them."""
    if SHOWN not in values:
        return values.get("attributes", "")
    ids = filter(None, values[SHOWN].split(","))
    return json.dumps({id_: values.get(f"attribute-{id_}", "") for id_ in ids})


def typed_attributes(text: str) -> Mapping[str, str]:
    """Return the texts in that text by attribute; none for anything that the app's forms never send."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {id_: text for id_, text in items if isinstance(text, str)}


def attributes_text(worklog: Worklog) -> str:
    """Return the attributes of a worklog in one text."""
    return json.dumps({id_: typed_text(value) for id_, value in values_in(worklog.properties).items()})


def attributes_to_copy(context: ViewerContext, worklog: Worklog, day: date) -> str:
    """Return the attributes with which the viewer logs a worklog again on ``day``, in one text.

    A value that is not offered on that day is left out; a required one that is missing has its default.
    """
    typed = dict(copied(context, worklog, day))
    offered = context.attributes.of(context.viewer, day)
    return json.dumps({one.id: typed.get(one.id, typed_text(default_value(one))) for one in offered})


def attribute_fields(context: ViewerContext, author: str, day: str, text: str) -> AttributeFields:
    """Return the fields for somebody's worklog of a day; a form that was not filled in yet has the defaults."""
    attributes = context.attributes.all()
    try:
        offered = context.attributes.of(author, date.fromisoformat(day))
    except ValueError:
        offered = ()
    typed, ids = typed_attributes(text), {one.id for one in offered}
    fields = (
        _field(one, typed.get(one.id, "") if text else typed_text(default_value(one))) for one in offered
    )
    # Values that the form does not offer are only shown, so that saving leaves them as they are.
    others = displayed_values(
        [one for one in attributes if one.id not in ids],
        {one.id: True if one.kind.answers else typed[one.id] for one in attributes if typed.get(one.id)},
    )
    return AttributeFields(tuple(fields), tuple(map(value_words, others)))


def attribute_choice(offered: Iterable[Attribute], chosen: str, text: str) -> AttributeChoice:
    """Return the choice of an attribute and its value; ``text`` is the value as it was typed."""
    known = {one.id: one for one in offered}
    names = tuple((one.id, localize(one.name)) for one in known.values())
    attribute = known.get(chosen)
    if attribute is None:
        return AttributeChoice(names)
    errors = dict[str, str]()
    try:
        read_value(attribute, text)
    except InvalidInput as error:
        errors[field_of(attribute)] = error.sentence
    return AttributeChoice(names, chosen, AttributeFields((_field(attribute, text),)), errors)


def first_text(attribute: Attribute) -> str:
    """Return the initial value of an attribute's field in a bulk change: a box is checked."""
    return YES if attribute.kind.answers else typed_text(default_value(attribute))


def attribute_words(attributes: Iterable[Attribute], worklog: Worklog) -> tuple[str, ...]:
    """Return a worklog's attributes in words, such as “Billable” or “Activity: Design”."""
    values = values_in(worklog.properties)
    return tuple(map(value_words, displayed_values(attributes, values))) if values else ()


def attribute_tags(context: ViewerContext) -> Tags:
    """Return what tags in a typed line mean; names that are built in are known in English and as shown."""
    attributes = [one for one in context.attributes.all() if not one.retired]
    return tags_of(attributes, {one.id: [localize(one.name)] for one in attributes})


def value_words(displayed: DisplayedValue) -> str:
    """Return one value with the name of its attribute, and whether it can no longer be chosen."""
    attribute = displayed.attribute
    name, value = localize(attribute.name), displayed.text
    if attribute.kind is Kind.NUMBER:
        value = number_words(value)
    if attribute.retired:
        name = _("{name} (retired)", name=name)
    elif displayed.gone:
        value = _("{name} (removed)", name=value)
    return _("{attribute}: {value}", attribute=name, value=value) if value else name


def typed_value(attribute: Attribute, text: str) -> str:
    """Return the text of a field as the reader writes it: a number with their decimal separator, unless it would be
    read back as another one.
    """
    if attribute.kind is not Kind.NUMBER:
        return text
    try:
        written = number_words(text)
        return written if read_value(attribute, written) == read_value(attribute, text) else text
    except InvalidInput:
        return text


def _field(attribute: Attribute, text: str) -> AttributeField:
    options = [(one.id, one.name) for one in attribute.offered]
    if attribute.kind is Kind.SELECT and text and text not in dict(options):
        name = next((one.name for one in attribute.options if one.id == text), text)
        options.append((text, _("{name} (removed)", name=name)))
    return AttributeField(
        id=attribute.id,
        name=field_of(attribute),
        label=localize(attribute.name),
        kind=attribute.kind,
        text=typed_value(attribute, text),
        required=attribute.required,
        options=tuple(options),
    )
