"""Names and titles that people give: one rule for their content and for when two are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

LONGEST_NAME = 100


def read_name(text: str, what: str, field: str = "name", longest: int = LONGEST_NAME) -> str:
    """Return ``text`` on one line without invisible characters. Raise InvalidInput if it is empty or too long."""
    shown = "".join(char if _visible(char) else " " for char in unicodedata.normalize("NFC", text))
    name = " ".join(shown.split())
    if not name:
        raise InvalidInput(message("Give the {what} a name.", what=what), field=field)
    if len(name) > longest:
        raise InvalidInput(
            message("The name of a {what} holds at most {longest} characters.", what=what, longest=longest),
            field=field,
        )
    return name


def check_unique(name: str, others: Iterable[str], what: str, field: str = "name") -> None:
    """Raise InvalidInput if one of ``others`` is the same name, ignoring case."""
    if name.casefold() in (other.casefold() for other in others):
        raise InvalidInput(
            message("There is a {what} named “{name}” already.", what=what, name=name), field=field
        )


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
