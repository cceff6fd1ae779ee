"""Read ids that a form shows again. Those to be saved are read by a command, which refuses invalid ones."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from timesheet.domain.identifier import is_atlassians


def read_valid_ids(values: MultiDict[str, str], name: str) -> frozenset[str]:
    """Return the ids of people or groups to show in a form again; invalid ones are left out.

    Never save these, because a choice would be lost silently. Commands refuse invalid ids.
    """
    return frozenset(text for text in values.getlist(name) if is_atlassians(text))
