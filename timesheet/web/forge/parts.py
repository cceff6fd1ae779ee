"""Read calls that send a part of a request, or ask for a part of an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from timesheet.domain.errors import InvalidInput
from timesheet.services.site.parts import MOST_PARTS, UNREADABLE, RequestPart

LONGEST_DATA = 490_000
"""The characters of a part; with what is around them they are the 500 KB that Atlassian passes on."""
_ID = re.compile(r"[0-9A-Za-z-]{16,64}")


class WantedPart(NamedTuple):
    """A part of an answer that the page asks for."""

    id: str
    number: int


def read_part(data: object) -> RequestPart | WantedPart | None:
    """Return the part that a call is about; None for a call with a whole request. Raise InvalidInput."""
    match data:
        case {"part": {"id": str(id_), "number": int(number), "of": int(of), "data": str(content)}}:
            if 0 <= number < of <= MOST_PARTS and len(content) <= LONGEST_DATA and _ID.fullmatch(id_):
                return RequestPart(id_, number, of, content)
        case {"answer": {"id": str(id_), "number": int(number)}}:
            if 0 <= number < MOST_PARTS and _ID.fullmatch(id_):
                return WantedPart(id_, number)
        case Mapping() if "part" in data or "answer" in data:
            pass
        case _:
            return None
    raise InvalidInput(UNREADABLE)
