"""Protocols for importing and exporting days of global calendars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.calendar.legend import Legend

LARGEST_FILE = 512 * 1024
"""The maximum bytes of an iCalendar file; a century of public holidays is smaller."""


@dataclass(frozen=True, slots=True)
class Place:
    """A country, a region of one, or a language, with its code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """A whole day and its name."""

    date: date
    title: str


class PublicHolidays(Protocol):
    """Public holidays of the world. Their days are copied, never computed again."""

    def countries(self, locale: str) -> Sequence[Place]:
        """Return all countries, with their names in the language of ``locale``, by name."""

    def regions(self, country: str) -> Sequence[Place]:
        """Return the regions of a country that have holidays of their own; none for an unknown country."""

    def languages(self, country: str, locale: str) -> Sequence[Place]:
        """Return the languages in which a country's holidays have names, the best match for ``locale`` first.

        Their own names are in the language of ``locale``.
        """

    def days(self, country: str, region: str, year: int, language: str) -> Sequence[OfferedDay]:
        """Return the public holidays of one year by date. Raise InvalidInput for country, region, or year."""


class CalendarFiles(Protocol):
    """iCalendar files (RFC 5545)."""

    def read(self, data: bytes, year: int) -> Sequence[NonWorkingDay]:
        """Return the days of a file, with an empty legend if it names none of ours, and an empty title if it has none.

        Of events that repeat, these are the days in ``year``.

        Raise InvalidInput that names the line and the problem; then nothing of the file is used.
        """

    def write(self, calendar: GlobalCalendar, legends: Iterable[Legend], now: datetime) -> bytes:
        """Return a calendar as a file that ``read`` parses into the same days."""
