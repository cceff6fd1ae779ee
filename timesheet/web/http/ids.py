"""Read all ids in a request: of the app's own objects, of people, and of groups.

Ids of issues and worklogs are numbers; they and lists of them are read in ``choice``.
"""

from __future__ import annotations

import re

from flask import request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput, NotFound

OUT_OF_DATE = "This page is out of date. Reload it."
NO_PERSON = "Choose people from the list."
NO_GROUP = "Choose a group from the list."
NOTHING = "There is nothing at this address."

_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,63}")
_ATLASSIANS = re.compile(r"[0-9A-Za-z][0-9A-Za-z:_-]{0,127}")
_IN_PATH = re.compile(r"[^\s/\\|]{1,128}")


def check_path() -> None:
    """Raise NotFound for an address with an invalid id, before a view or an audit event uses it."""
    for name, value in (request.view_args or {}).items():
        text = str(value)
        if name.endswith("_id") and not (_IN_PATH.fullmatch(text) and text.isprintable()):
            raise NotFound(NOTHING)


def read_id(text: str | None, field: str = "form") -> str:
    """Return the id of one of the app's objects. Raise InvalidInput for an invalid one."""
    if not _ID.fullmatch(text or ""):
        raise InvalidInput(OUT_OF_DATE, field=field)
    return text or ""


def read_id_or_none(text: str | None, field: str = "form") -> str | None:
    """Return the same, or None if nothing is chosen."""
    return read_id(text, field) if text else None


def read_id_set(values: MultiDict[str, str], name: str) -> frozenset[str]:
    """Return the ids of a field that may be sent several times."""
    return frozenset(read_id(text, name) for text in values.getlist(name))


def read_account_id(text: str | None, field: str = "form") -> str:
    """Return the account id in a form or a query. Raise InvalidInput for an invalid one."""
    if not _ATLASSIANS.fullmatch(text or ""):
        raise InvalidInput(NO_PERSON, field=field)
    return text or ""


def read_account_ids(values: MultiDict[str, str], name: str, field: str = "") -> list[str]:
    """Return the account ids of one field, each once, in order. Raise InvalidInput for ``field``, or the
    field itself.
    """
    return list(dict.fromkeys(read_account_id(text, field or name) for text in values.getlist(name) if text))


def read_shown_ids(values: MultiDict[str, str], name: str) -> frozenset[str]:
    """Return the ids of people or groups to show in a form again; invalid ones are left out.

    Never save these, because a choice would be lost silently. Saving uses the readers that refuse invalid
    ids.
    """
    return frozenset(text for text in values.getlist(name) if _ATLASSIANS.fullmatch(text))


def read_group_id(text: str | None, field: str = "group") -> str:
    """Return the id of a Jira group. Raise InvalidInput for an invalid one."""
    if not _ATLASSIANS.fullmatch(text or ""):
        raise InvalidInput(NO_GROUP, field=field)
    return text or ""


def read_group_ids(values: MultiDict[str, str], name: str, field: str = "") -> list[str]:
    """Return the group ids of one field, each once, in order. Raise InvalidInput for ``field``, or the field itself."""
    return list(dict.fromkeys(read_group_id(text, field or name) for text in values.getlist(name) if text))
