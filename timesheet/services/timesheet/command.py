"""Commands about the whole sheet: its rows, a copied week, a template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.key_list import MOST_KEYS, read_keys
from timesheet.services.command.fields import Fields
from timesheet.services.worklog.command import NO_ISSUE, read_span

NO_KEY = message("This text names no issue. Paste keys, like PAY-12, or links.")
NO_CHANGE = message("Choose what happens to the row.")
NO_TEMPLATE_CHANGE = message("Choose what happens to the template.")


class RowChange(StrEnum):
    """The changes of a kept row; ``pin`` also moves a pinned one."""

    ADD = "add"
    PIN = "pin"
    UNPIN = "unpin"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class ChangeRows:
    """Change the rows of these issues in the person's timesheet. ``before``: the pinned issue to pin before, if any."""

    change: RowChange
    issue_ids: tuple[int, ...]
    before: int | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        ids = tuple(dict.fromkeys(fields.numbers("issue")))
        if not ids:
            raise InvalidInput(NO_ISSUE, field=fields.at("issue"))
        return cls(
            fields.choice("change", RowChange, NO_CHANGE),
            ids,
            fields.number_or_none("before", NO_ISSUE) if fields.has("before") else None,
        )


@dataclass(frozen=True, slots=True)
class AddKeys:
    """Add rows for the issues that a pasted text names. ``cut`` is True if it names more than are read."""

    keys: tuple[str, ...]
    cut: bool = False

    @classmethod
    def read(cls, fields: Fields) -> Self:
        keys = read_keys(fields.text("text"))
        if not keys:
            raise InvalidInput(NO_KEY, field=fields.at("text"))
        return cls(keys[:MOST_KEYS], len(keys) > MOST_KEYS)


@dataclass(frozen=True, slots=True)
class CopyWorklogs:
    """Copy the time of ``source`` to as many days from ``to`` on, of all issues or only of some."""

    source: DateSpan
    to: date
    key: str
    issue_ids: frozenset[int] | None = None
    comments: bool = False

    @property
    def target(self) -> DateSpan:
        """Return the days to which the time is copied."""
        return DateSpan(self.to, self.to + (self.source.last - self.source.first))

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            read_span(fields),
            fields.day("to"),
            fields.text("key"),
            frozenset(fields.numbers("issue")) if fields.has("issue") else None,
            fields.flag("comments"),
        )


class TemplateChange(StrEnum):
    """The changes of a saved template."""

    RENAME = "rename"
    UP = "up"
    DOWN = "down"
    DELETE = "delete"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class SaveTemplate:
    """Save the time of ``day``, or of its week, under a name. The same ``id`` again replaces what was saved with it."""

    id: str
    name: str
    day: date
    weekly: bool = False

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("id"), fields.text("name"), fields.day("day"), fields.flag("weekly"))


@dataclass(frozen=True, slots=True)
class ChangeTemplate:
    """Rename, move, or delete a template, or restore a deleted one. ``was`` is the name that the browser shows."""

    template_id: str
    change: TemplateChange
    name: str = ""
    was: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("template"),
            fields.choice("change", TemplateChange, NO_TEMPLATE_CHANGE),
            fields.text("name", ""),
            fields.text("was", ""),
        )


@dataclass(frozen=True, slots=True)
class ApplyTemplate:
    """Log the hours of a template on ``day``, or in its week, of all issues or only of some."""

    template_id: str
    day: date
    key: str
    issue_ids: frozenset[int] | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("template"),
            fields.day("day"),
            fields.text("key"),
            frozenset(fields.numbers("issue")) if fields.has("issue") else None,
        )
