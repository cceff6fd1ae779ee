"""Names and titles that people give: one rule for their content and for when two are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import Message, message
from timesheet.domain.typed_text import visible

LONGEST_NAME = 100
# The controls that change the direction of all text up to their end, and so of what is shown after a name.
_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Letters and a sign that are drawn as nothing: the fillers of Hangul and a Braille pattern without dots.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_NEVER_SHOWN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})  # not shown
# Format characters, and marks, which show only on another character.
_NOT_ALONE = _NEVER_SHOWN | {"Cf", "Mn", "Me"}  # not shown


class Sentences(NamedTuple):
    """The messages about a name of one kind of thing: empty, too long, or taken."""

    empty: Message
    too_long: Message
    taken: Message


OF_KIND = {
    "attribute": Sentences(
        message("Give the attribute a name."),
        message("The name of an attribute can have at most {most} characters."),
        message("There is an attribute named “{name}” already."),
    ),
    "option": Sentences(
        message("Give the option a name."),
        message("The name of an option can have at most {most} characters."),
        message("There is an option named “{name}” already."),
    ),
    "absence type": Sentences(
        message("Give the absence type a name."),
        message("The name of an absence type can have at most {most} characters."),
        message("There is an absence type named “{name}” already."),
    ),
    "calendar": Sentences(
        message("Give the calendar a name."),
        message("The name of a calendar can have at most {most} characters."),
        message("There is a calendar named “{name}” already."),
    ),
    "day": Sentences(
        message("Give the day a name."),
        message("The name of a day can have at most {most} characters."),
        message("There is a day named “{name}” already."),
    ),
    "label": Sentences(
        message("Give the label a name."),
        message("The name of a label can have at most {most} characters."),
        message("There is a label named “{name}” already."),
    ),
    "role": Sentences(
        message("Give the role a name."),
        message("The name of a role can have at most {most} characters."),
        message("There is a role named “{name}” already."),
    ),
    "team": Sentences(
        message("Give the team a name."),
        message("The name of a team can have at most {most} characters."),
        message("There is a team named “{name}” already."),
    ),
    "template": Sentences(
        message("Give the template a name."),
        message("The name of a template can have at most {most} characters."),
        message("There is a template named “{name}” already."),
    ),
    "view": Sentences(
        message("Give the view a name."),
        message("The name of a view can have at most {most} characters."),
        message("There is a view named “{name}” already."),
    ),
    "workload scheme": Sentences(
        message("Give the workload scheme a name."),
        message("The name of a workload scheme can have at most {most} characters."),
        message("There is a workload scheme named “{name}” already."),
    ),
}


def read_name(text: str, what: str, field: str = "name", longest: int = LONGEST_NAME) -> str:
    """Return ``text`` on one line without invisible characters. Raise InvalidInput if it is empty or too long.

    The marks and joiners that some languages need are kept, but do not make a name by themselves. ``what`` is the
    kind of thing that it names (see OF_KIND).
    """
    normal = unicodedata.normalize("NFC", text.translate(_BIDI_CONTROLS))
    printable = "".join(char if _visible(char) else " " for char in normal)
    name = " ".join(printable.split())
    if not can_be_seen(name):
        raise InvalidInput(OF_KIND[what].empty, field=field)
    if len(name) > longest:
        raise InvalidInput(message(OF_KIND[what].too_long, most=longest), field=field)
    return name


def can_be_seen(text: str) -> bool:
    """Return True if a text shows at least one character."""
    return any(
        not char.isspace() and char not in _BLANK and unicodedata.category(char) not in _NOT_ALONE
        for char in text
    )


def check_unique(name: str, others: Iterable[str], what: str, field: str = "name") -> None:
    """Raise InvalidInput if one of ``others`` is the same name, ignoring case.

    Before a save, read ``others`` after ``Stores.lock_site``, so no other request can take the name until it is saved.
    """
    if name.casefold() in (other.casefold() for other in others):
        raise InvalidInput(message(OF_KIND[what].taken, name=name), field=field)


def is_typed(typed: str, name: str) -> bool:
    """Return True if somebody typed a name as it is shown: without what nobody sees, and ignoring case.

    Jira does not clean the names of people: they may have two spaces, or letters and accents apart.
    """
    return _as_shown(typed) == _as_shown(name) != "" or typed == name


def _as_shown(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", visible(text)).casefold().split())


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in _NEVER_SHOWN
