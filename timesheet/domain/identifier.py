"""Read ids from outside: of the app's own objects, of people and Jira groups, and the numbers of issues."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

OUT_OF_DATE = message("This page is out of date. Reload it.")
NO_PERSON = message("Choose people from the list.")
NO_GROUP = message("Choose a group from the list.")

LONGEST_ID = 36
"""The most characters of an id: as many as a UUID has, and as the columns of the database hold."""
_ID = re.compile(rf"[0-9a-z][0-9a-z-]{{0,{LONGEST_ID - 1}}}")
ATLASSIANS = re.compile(r"[0-9A-Za-z:_|-]{1,128}")
"""Ids of accounts, as https://developer.atlassian.com/cloud/admin/user-management/rest/ has them, and of groups."""


def read_id(text: str | None, field: str = "form") -> str:
    """Return the id of one of the app's objects. Raise InvalidInput for an invalid one."""
    if not is_id(text or ""):
        raise InvalidInput(OUT_OF_DATE, field=field)
    return text or ""


def is_id(text: str) -> bool:
    """Return True for a text that can be the id of one of the app's objects."""
    return _ID.fullmatch(text) is not None


def read_account_id(text: str | None, field: str = "form") -> str:
    """Return the account id of a person. Raise InvalidInput for an invalid one."""
    if not is_atlassians(text or ""):
        raise InvalidInput(NO_PERSON, field=field)
    return text or ""


def read_group_id(text: str | None, field: str = "group") -> str:
    """Return the id of a Jira group. Raise InvalidInput for an invalid one."""
    if not is_atlassians(text or ""):
        raise InvalidInput(NO_GROUP, field=field)
    return text or ""


def is_number(text: str, longest: int = 18) -> bool:
    """Return True for up to ``longest`` plain digits."""
    return text.isascii() and text.isdigit() and len(text) <= longest


def number_of(value: object) -> int:
    """Return the number of one of Jira's objects. Raise ValueError for one that no table can store."""
    text = str(value)
    if not is_number(text):
        raise ValueError("it is not a number of Jira")
    return int(text)


def account_id_in(data: Mapping[str, Any], name: str) -> str | None:
    """Return the account id of the person under this name in Jira's data; None without one that a table can store."""
    found = (data.get(name) or {}).get("accountId")
    return found if isinstance(found, str) and is_atlassians(found) else None


def is_atlassians(text: str) -> bool:
    """Return True for a text that can be an account id or the id of a group."""
    return ATLASSIANS.fullmatch(text) is not None
