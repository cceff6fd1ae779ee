"""Read plain values of a request: days, ids, and the one file of a form. Commands read what is saved (``form``)."""

from __future__ import annotations

from contextlib import closing
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_atlassians, is_number
from timesheet.domain.message import message

NO_FILE = message("Choose a file.")
LONGEST_POSITION = 6


def read_day(text: str | None, default: date | None = None) -> date:
    """Return an ISO date from 1971 to 9998. Raise InvalidInput for anything else, and for none without a default."""
    if not text and default is not None:
        return default
    return read_date(text or "")


def read_position(text: str | None, first: int) -> int:
    """Return a position in a list, such as the number of a page; ``first`` for none and for what is not a number."""
    return int(text) if text and is_number(text, LONGEST_POSITION) else first


def read_issue_id(text: str) -> int:
    """Return an issue's numeric id. Raise InvalidInput for anything else."""
    if not is_number(text):
        raise InvalidInput(message("Choose an issue from the list."), field="issue")
    return int(text)


def read_valid_ids(values: MultiDict[str, str], name: str) -> frozenset[str]:
    """Return the ids of people or groups to show in a form again; invalid ones are left out.

    Never save these, because a choice would be lost silently. Commands refuse invalid ids.
    """
    return frozenset(text for text in values.getlist(name) if is_atlassians(text))


def read_upload(ending: str, most: int) -> bytes:
    """Return up to ``most`` + 1 bytes of the form's ``file``, so the caller can detect a file that is too large.

    Raise InvalidInput if no file was chosen, or if its name does not end in ``ending`` (such as ``.ics``).
    The name is used for nothing else.
    """
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise InvalidInput(NO_FILE, field="file")
    if not upload.filename.lower().endswith(ending):
        raise InvalidInput(message("Choose a file whose name ends in {ending}.", ending=ending), field="file")
    with closing(upload):
        return upload.stream.read(most + 1)
