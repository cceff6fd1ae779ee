"""Where days of global calendars come from and go to besides people's hands, as protocols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from timesheet.domain.global_calendar import GlobalCalendar, NonWorkingDay
from timesheet.domain.legend import Legend

LARGEST_FILE = 512 * 1024
"""Bytes of an iCalendar file: a century of public holidays is smaller."""


@dataclass(frozen=True, slots=True)
class Place:
    """A country, a region of one, or a language: its code and its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A whole day and what it is called."""

    date: date
    title: str


class PublicHolidays(Protocol):
    """What is known of the public holidays of the world. Their days are copied, never recomputed."""

    def countries(self) -> Sequence[Place]:
        """All countries by name."""

    def regions(self, country: str) -> Sequence[Place]:
        """The regions of a country that have holidays of their own; none for an unknown country."""

    def languages(self, country: str, locale: str) -> Sequence[Place]:
        """The languages in which a country's holidays have names, the best for somebody with ``locale`` first."""

    def days(self, country: str, region: str, year: int, language: str) -> Sequence[NamedDay]:
        """The public holidays of one year by date; raises InvalidInput naming country, region or year."""


class CalendarFiles(Protocol):
    """iCalendar files (RFC 5545)."""

    def read(self, data: bytes) -> Sequence[NonWorkingDay]:
        """The days of a file, with an empty legend where it names none of ours.

        Raises InvalidInput that names the line and what is wrong with it; then nothing of the file counts.
        """

    def write(self, calendar: GlobalCalendar, legends: Iterable[Legend], now: datetime) -> bytes:
        """A calendar as a file that ``read`` reads to the same days."""
