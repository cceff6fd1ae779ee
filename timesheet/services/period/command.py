"""Commands that change the periods of a site and of a team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from timesheet.domain.day_text import read_date
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.period.period import PeriodLength, PeriodRule
from timesheet.services.command.fields import Fields

NO_LENGTH = message("Choose how long a period is.")
NO_START = message("Choose the first day of a period.")
NO_CHANGE = message("Choose a change from the list.")


@dataclass(frozen=True, slots=True)
class SaveRule:
    """The length and start of the site's periods."""

    rule: PeriodRule
    version: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(read_rule(fields), fields.version())


def read_rule(fields: Fields) -> PeriodRule:
    """Return the rule in a form, saved or not. Raise InvalidInput for length or start."""
    length = fields.choice("length", PeriodLength, NO_LENGTH)
    start = fields.text("start").strip()
    if not start:
        raise InvalidInput(NO_START, field=fields.at("start"))
    return PeriodRule(length, read_date(start, fields.at("start")))


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """Close a period of a team; ``first`` is one of its days. With ``last``, it must be exactly these days."""

    team_id: str
    first: date
    last: date | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.day("period"), fields.day_or_none("last"))


@dataclass(frozen=True, slots=True)
class ReopenPeriod:
    """Reopen a closed period of a team; its record stays."""

    team_id: str
    record_id: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.text("team_id"), fields.text("record_id"))


@dataclass(frozen=True, slots=True)
class AcceptLateChange:
    """Accept, with a note, a late change to one worklog of a closing.

    ``what`` is the kind of the change, and ``seen`` the mark of its state on the page.
    """

    team_id: str
    record_id: str
    worklog_id: int
    what: str
    note: str
    seen: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.text("team_id"),
            fields.text("record_id"),
            fields.number("worklog", NO_CHANGE),
            fields.text("what"),
            fields.text("note"),
            fields.text("seen"),
        )
