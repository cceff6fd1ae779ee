"""Read the ids in an address or a query, and those that a form shows again.

Ids to be saved are read by a command, which refuses invalid ones.
"""

from __future__ import annotations

import re

from flask import request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import NotFound
from timesheet.domain.identifier import is_atlassians
from timesheet.domain.message import message

NOTHING = message("There is nothing at this address.")

_IN_PATH = re.compile(r"[^\s/\\|]{1,128}")


def check_path() -> None:
    """Raise NotFound for an address with an invalid id, before a view or an audit event uses it."""
    for name, value in (request.view_args or {}).items():
        text = str(value)
        if name.endswith("_id") and not (_IN_PATH.fullmatch(text) and text.isprintable()):
            raise NotFound(NOTHING)


def read_valid_ids(values: MultiDict[str, str], name: str) -> frozenset[str]:
    """Return the ids of people or groups to show in a form again; invalid ones are left out.

    Never save these, because a choice would be lost silently. Commands refuse invalid ids.
    """
    return frozenset(text for text in values.getlist(name) if is_atlassians(text))
