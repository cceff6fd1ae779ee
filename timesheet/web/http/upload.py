"""Read the one file of a form."""

from __future__ import annotations

from contextlib import closing

from flask import request

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message

NO_FILE = message("Choose a file.")


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
