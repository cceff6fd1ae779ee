"""Commands that change stored data about people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from timesheet.services.command.fields import Fields


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Erase the data of a person; ``typed`` is the person's name as confirmation."""

    account_id: str
    typed: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("account_id"), fields.text("typed"))
