"""Determine the attributes of a written worklog: defaults, values of a form, and required values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from timesheet.domain.attribute.attribute import (
    Attribute,
    AttributeValue,
    example_tag,
    field_of,
    read_value,
    typed_text,
)
from timesheet.domain.attribute.values import (
    PROPERTY,
    Advice,
    defaults_of,
    require_values,
    values_in,
    with_values,
)
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.change_log import cached_snapshots
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.command import Typed

Properties = Mapping[str, Any]
NOT_SAVED = message("The time is saved, but its attributes are not. Open the worklog and save it again.")
IN_THE_DIALOG = message("Log this time in the dialog, which asks for it.")
AS_A_TAG = message("Type it as a tag, such as {example}.")
# Where time is pasted or copied, there is no list to choose from.
REMOVED_OPTION = message("“{name}” no longer has the option “{option}”. Choose another in the dialog.")


def in_the_dialog(_attribute: Attribute) -> str:
    """Return the advice for a required value that can be entered only in the dialog."""
    return IN_THE_DIALOG


def as_a_tag(attribute: Attribute) -> str:
    """Return the advice for a required value that can be typed into a line of quick add."""
    example = example_tag(attribute)
    return message(AS_A_TAG, example=example) if example else IN_THE_DIALOG


def new_properties(
    context: ViewerContext, day: date, typed: Typed | None, advise: Advice = lambda _: ""
) -> Properties:
    """Return the properties of a new worklog: what was typed, and defaults for the rest.

    Raise InvalidInput for a value that cannot be used, or a required one that is missing, with the advice for it.
    """
    attributes = context.attributes.of(context.viewer, day)
    values = with_values(defaults_of(attributes), _read(context, typed))
    require_values(attributes, values, advise)
    return {PROPERTY: dict(values)} if values else {}


def changed_properties(
    context: ViewerContext, before: Worklog, typed: Typed | None, day: date
) -> Properties | None:
    """Return the properties to set on a worklog, None if its attributes stay as they are; raises the same.

    An unchanged value may be one that can no longer be chosen. A required value may stay missing if it was not typed.
    """
    if typed is None:
        return None
    current = with_values(values_in(before.properties), {})
    changes = tuple((id_, text) for id_, text in typed if text != typed_text(current.get(id_)))
    values = with_values(current, _read(context, changes))
    typed_ids = {id_ for id_, _ in typed}
    require_values([one for one in context.attributes.of(before.author, day) if one.id in typed_ids], values)
    return None if values == current else {PROPERTY: dict(values)}


def copied(context: ViewerContext, original: Worklog, day: date) -> Typed:
    """Return the attributes of a worklog as a form would send them, to log the same on another day.

    A required one that the original lacks is left to its default.
    """
    attributes = context.attributes.of(context.viewer, day)
    values = values_in(original.properties)
    copied_ids = [one.id for one in attributes if one.id in values or not one.required]
    return tuple((id_, typed_text(values.get(id_))) for id_ in dict.fromkeys([*copied_ids, *values]))


def copy_refusal(context: ViewerContext, original: Worklog) -> str:
    """Return why a worklog cannot be logged again on its day with its attributes; empty if it can."""
    return refusal(context, original.day, copied(context, original, original.day))


def refusal(context: ViewerContext, day: date, typed: Typed | None = None) -> str:
    """Return why nothing can be logged on a day with these attributes, and where it can; empty if it can."""
    try:
        new_properties(context, day, typed, in_the_dialog)
    except InvalidInput as error:
        return error.sentence
    return ""


def pasted(context: ViewerContext, worklog_id: int | None, day: date) -> Typed | None:
    """Return the attributes of the viewer's worklog that a cell was copied from; None if it is gone.

    It was on the screen, so it is in a cached snapshot; otherwise Jira is asked.
    """
    if worklog_id is None or not context.attributes.used():
        return None
    snapshots = cached_snapshots(context.own_cache)
    original = next((one for found in snapshots for one in found.worklogs if one.id == worklog_id), None)
    if original is None or original.properties is None:
        original = next(iter(context.jira.read_listed([worklog_id], context.own_zones)), None)
    if original is None or original.author != context.viewer:
        return None
    return copied(context, original, day)


def unsaved_note(sent: Properties | None, after: Worklog) -> str:
    """Return a sentence if Jira saved the time of a worklog but not the attributes that were sent with it."""
    if sent is None or PROPERTY not in sent or values_in(after.properties) == values_in(sent):
        return ""
    return NOT_SAVED


def properties_after(after: Worklog, before: Worklog, sent: Properties | None) -> Properties | None:
    """Return the properties of a changed worklog; Jira's answer names them only if some were sent."""
    if after.properties is not None or before.properties is None:
        return after.properties
    return {**before.properties, **sent} if sent else before.properties


def attributes_before(before: Worklog, now: Worklog) -> Properties | None:
    """Return the property that restores the earlier attributes of a worklog; None if it still has them."""
    values = values_in(before.properties)
    return None if values == values_in(now.properties) else {PROPERTY: dict(values)}


def _read(context: ViewerContext, typed: Typed | None) -> Mapping[str, AttributeValue | None]:
    known = {one.id: one for one in context.attributes.all()} if typed else {}
    return {id_: _value(known[id_], text) for id_, text in typed or () if id_ in known}


def _value(attribute: Attribute, text: str) -> AttributeValue | None:
    """Return the value that a worklog gets. Raise InvalidInput for an option that was removed meanwhile, too."""
    if gone := next((one for one in attribute.options if one.removed and one.id == text), None):
        why = message(REMOVED_OPTION, name=attribute.name, option=gone.name)
        raise InvalidInput(why, field=field_of(attribute))
    return read_value(attribute, text)
