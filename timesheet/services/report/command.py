"""The changes that somebody can make to saved views of reports, one value each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from timesheet.services.command.fields import Fields


@dataclass(frozen=True, slots=True)
class SaveView:
    """A view with its name. ``team_id`` is empty for a view of the person; a team's report opens with its ``default``.

    ``overwrite`` puts the report that is shown in place of the saved one.
    """

    id: str
    name: str
    team_id: str
    default: bool
    overwrite: bool
    version: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("id"),
            fields.text("name"),
            fields.id_or_none("of") or "",
            fields.flag("default"),
            fields.flag("overwrite"),
            fields.version(),
        )


@dataclass(frozen=True, slots=True)
class DeleteView:
    """Delete a view."""

    view_id: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("view_id"))
