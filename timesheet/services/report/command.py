"""Commands that change saved views of reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from timesheet.services.command.fields import Fields


@dataclass(frozen=True, slots=True)
class SaveView:
    """A view with its name. ``team_id`` is empty for a view of the person; a team's report opens with its ``default``.

    ``overwrite`` replaces the saved report with the one that is shown.
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
