"""Commands about suggestions: accept one or all of a day, and dismiss one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.services.command.fields import HEAD, Fields
from timesheet.services.worklog.command import ReadTracking, TimeEntry

NO_SUGGESTION = message("This suggestion is out of date: reload the timesheet.")
_MARK = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class AcceptSuggestion:
    """Log the worklog of a suggestion; the form contains what the suggestion proposed when it was shown."""

    mark: str
    entry: TimeEntry

    @classmethod
    def read(cls, fields: Fields, tracking: ReadTracking) -> Self:
        return cls(_read_mark(fields), TimeEntry.read(fields, tracking))


@dataclass(frozen=True, slots=True)
class DismissSuggestion:
    """Never suggest this again to this person."""

    mark: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(_read_mark(fields))


@dataclass(frozen=True, slots=True)
class AcceptDay:
    """Log all suggestions of a day that the dialog showed, given by their marks."""

    day: date
    marks: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields) -> Self:
        marks = tuple(fields.texts("mark"))
        if not all(map(_MARK.fullmatch, marks)):
            raise InvalidInput(NO_SUGGESTION, field=fields.at("mark", HEAD))
        return cls(fields.day("day"), marks)


def _read_mark(fields: Fields) -> str:
    """Return the mark of a suggestion. Raise InvalidInput for anything else."""
    mark = fields.text("mark")
    if not _MARK.fullmatch(mark):
        raise InvalidInput(NO_SUGGESTION, field=fields.at("mark", HEAD))
    return mark
