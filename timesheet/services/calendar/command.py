"""Commands that change calendars, workload schemes, absence types, and leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from timesheet.domain.calendar.global_calendar import NonWorkingDay, Part, in_calendar
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.day_text import FIRST_YEAR, LAST_YEAR
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import OUT_OF_DATE
from timesheet.domain.message import message
from timesheet.domain.span import LONGEST_RANGE
from timesheet.services.command.fields import Fields

UNREADABLE = message("These changes cannot be read. Reload the page and mark the days again.")
NO_YEAR = message(
    "Choose a year from {first_year} to {last_year}.", first_year=FIRST_YEAR, last_year=LAST_YEAR
)
Changes = Mapping[date, Sequence[Leave]]


@dataclass(frozen=True, slots=True)
class SaveScheme:
    """A site-wide workload scheme; ``hours`` are typed durations, Monday first."""

    id: str
    name: str
    hours: tuple[str, ...]
    version: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Self:
        hours = tuple(fields.numbered("weekday", 7))
        return cls(fields.id("id"), fields.text("name"), hours, fields.version())


@dataclass(frozen=True, slots=True)
class DeleteScheme:
    """Delete a site-wide workload scheme; teams and members get the replacement."""

    scheme_id: str
    replacement_id: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("scheme_id"), fields.id_or_none("replacement"))


@dataclass(frozen=True, slots=True)
class SaveLegend:
    """A reason for non-working days: title, color, and one or two letters."""

    id: str
    title: str
    color: str
    letter: str
    version: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("id"),
            fields.text("title"),
            fields.text("color"),
            fields.text("letter"),
            fields.version(),
        )


@dataclass(frozen=True, slots=True)
class DeleteLegend:
    """Delete one of the site's own legends; its days become unclassified."""

    legend_id: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("legend_id"))


@dataclass(frozen=True, slots=True)
class SaveCalendar:
    """A global calendar with all of its days, in order."""

    id: str
    name: str
    days: tuple[NonWorkingDay, ...]
    version: int = 0

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("id"), fields.text("name"), read_days(fields, "days"), fields.version())


@dataclass(frozen=True, slots=True)
class DeleteCalendar:
    """Delete a global calendar; its members follow the replacement."""

    calendar_id: str
    replacement_id: str | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("calendar_id"), fields.id_or_none("replacement"))


@dataclass(frozen=True, slots=True)
class EnterLeaves:
    """The changed days of a person: the leaves of each one, none to clear it.

    ``mark`` represents the year as the page showed it.
    """

    account_id: str
    year: int
    changes: Changes
    mark: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        account_id = fields.account_id("person")
        year = fields.number("year", NO_YEAR)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidInput(NO_YEAR, field="year")
        changes = read_changes(
            fields.document("changes", UNREADABLE), account_id, fields.at("changes", "leave")
        )
        return cls(account_id, year, changes, fields.text("mark"))


def read_days(fields: Fields, name: str) -> tuple[NonWorkingDay, ...]:
    """Return the days of a calendar, in order: a form sends a line for each, with tabs between its values."""
    rows = fields.lines(name, ("date", "part", "legend", "title"))
    return tuple(in_calendar(map(_read_day, rows)))


def read_changes(document: object, account_id: str, field: str = "leave") -> Changes:
    """Return changed days: ``{"2026-06-14": [["vacation", "whole"]]}``, an empty list to clear.

    Raise InvalidInput for anything else.
    """
    try:
        if not isinstance(document, dict) or len(document) > LONGEST_RANGE:
            raise TypeError
        return {
            date.fromisoformat(day): [
                Leave(account_id, date.fromisoformat(day), str(legend), Part(part)) for legend, part in parts
            ]
            for day, parts in document.items()
        }
    except (ValueError, TypeError):
        raise InvalidInput(UNREADABLE, field=field) from None


def _read_day(row: Fields) -> NonWorkingDay:
    part = row.choice("part", Part, OUT_OF_DATE)
    return NonWorkingDay(row.day("date", OUT_OF_DATE), row.text("title"), row.id("legend"), part)
