"""Commands that preview and run an import."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from timesheet.domain.message import message
from timesheet.services.command.fields import Fields
from timesheet.services.transfer.review import Choices


class Mode(StrEnum):
    """The treatment of objects that the file does not have: they stay, or they are deleted."""

    MERGE = "merge"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class PlanImport:
    """Preview an import with these options."""

    choices: Choices

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(_choices(fields))


@dataclass(frozen=True, slots=True)
class ImportConfiguration:
    """Import exactly what was previewed; ``token`` identifies it. ``deleting`` confirms that objects are deleted."""

    choices: Choices
    token: str
    deleting: bool = False

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(_choices(fields), fields.text("token"), fields.flag("confirm"))


def _choices(fields: Fields) -> Choices:
    mode = fields.choice(
        "mode", Mode, message("Choose what happens to items that are not in the file."), Mode.MERGE
    )
    return Choices(replace=mode is Mode.REPLACE, permissions=fields.flag("permissions"))
