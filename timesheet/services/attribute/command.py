"""Commands about attributes of worklogs, one value each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from timesheet.domain.attribute.attribute import Kind
from timesheet.domain.message import message
from timesheet.services.command.fields import Fields

NO_KIND = message("Choose one of the types.")


@dataclass(frozen=True, slots=True)
class SaveAttribute:
    """An attribute. ``options`` has one option in each line."""

    id: str
    name: str
    kind: Kind
    default: str = ""
    required: bool = False
    everywhere: bool = False
    options: str = ""
    version: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            id=fields.id("id"),
            name=fields.text("name"),
            kind=fields.choice("kind", Kind, NO_KIND),
            default=fields.text("default", ""),
            required=fields.flag("required"),
            everywhere=fields.flag("everywhere"),
            options=fields.text("options", ""),
            version=fields.version(),
        )


@dataclass(frozen=True, slots=True)
class RetireAttribute:
    """Retire an attribute, so it is no longer offered, or restore it."""

    attribute_id: str
    retired: bool
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("attribute_id"), fields.flag("retired"), fields.version())


@dataclass(frozen=True, slots=True)
class ChooseAttributes:
    """The attributes with which the members of a team log; ``was`` are those that the page showed as chosen."""

    team_id: str
    attribute_ids: frozenset[str]
    was: frozenset[str]

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"),
            fields.ids("attribute", "attributes"),
            frozenset(fields.joined("was")),
        )
