"""One year of a global calendar as twelve small months, and its days as lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from babel import Locale
from babel.dates import format_date

from timesheet.domain.calendar.global_calendar import NonWorkingDay, Part
from timesheet.domain.calendar.legend import Legend, SystemLegend
from timesheet.domain.message import message
from timesheet.domain.span import SATURDAY, month_of
from timesheet.services.calendar.global_calendar import DayChange
from timesheet.web.calendar.draft import write_days
from timesheet.web.http.dates import full_date, month_and_year
from timesheet.web.http.language import _, localize

Day = TypeVar("Day")

PART_NAMES = {
    Part.WHOLE: message("whole day"),
    Part.MORNING: message("morning"),
    Part.AFTERNOON: message("afternoon"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """The reason for a day or half day off, with the appearance of its legend."""

    day: NonWorkingDay
    legend: Legend

    @property
    def part(self) -> str:
        """Return the part of the day in words."""
        return localize(PART_NAMES[self.day.part])

    @property
    def words(self) -> str:
        """Return the whole entry in words."""
        half = "" if self.day.part is Part.WHOLE else f", {self.part}"
        title = "" if self.day.title == self.legend.title else f" ({self.day.title})"
        return f"{localize(self.legend.title)}{title}{half}"


@dataclass(frozen=True, slots=True)
class YearDay:
    """One day of the year and its entries; ``name`` has weekday, day, month, and year."""

    date: date
    name: str
    entries: tuple[Entry, ...]
    off: bool

    @property
    def words(self) -> str:
        """Return the text for screen readers."""
        entries = "; ".join(entry.words for entry in self.entries)
        return _("{name}: {value}", name=self.name, value=entries) if entries else self.name

    @property
    def colors(self) -> str:
        """Return a class for each half that is off, in the color of its legend."""
        halves = (("am", Part.AFTERNOON), ("pm", Part.MORNING))
        return " ".join(
            f"{name}-{entry.legend.color}"
            for name, other in halves
            for entry in self.entries
            if entry.day.part is not other
        )

    @property
    def letters(self) -> str:
        """Return the letters of its legends."""
        return "".join(dict.fromkeys(entry.legend.letter for entry in self.entries))


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks of seven; None for the days of its neighbors. Its ``title`` has the year, its ``name`` not."""

    name: str
    title: str
    weeks: tuple[tuple[YearDay | None, ...], ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in words; ``before`` is what the browser restores."""

    change: DayChange
    name: str
    was: tuple[Entry, ...]
    now: tuple[Entry, ...]
    before: str


def in_weeks(days: Sequence[Day], first: date, start: int) -> tuple[tuple[Day | None, ...], ...]:
    """Return the days from ``first`` on in weeks that start on weekday ``start``; None for days before and after."""
    cells = [*[None] * ((first.weekday() - start) % 7), *days]
    cells += [None] * (-len(cells) % 7)
    return tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7))


class YearView:
    """Formats days as words and months for one viewer."""

    def __init__(self, legends: Iterable[Legend], start: int, locale: Locale) -> None:
        self._legends: Mapping[str, Legend] = {legend.id: legend for legend in legends}
        self._start, self._locale = start, locale

    def months(self, days: Iterable[NonWorkingDay], year: int) -> tuple[Month, ...]:
        """Return the twelve months of ``year``."""
        by_date: dict[date, list[NonWorkingDay]] = {}
        for day in days:
            by_date.setdefault(day.date, []).append(day)
        return tuple(self._month(year, number, by_date) for number in range(1, 13))

    def lines(self, days: Iterable[NonWorkingDay]) -> tuple[tuple[str, Entry], ...]:
        """Return the name of each day with its entry, in the order of ``days``."""
        return tuple((self.name(day.date), self.entry(day)) for day in days)

    def changes(self, changes: Iterable[DayChange]) -> tuple[ChangeLine, ...]:
        """Return each change with the name of its day and its entries before and after."""
        return tuple(
            ChangeLine(
                change,
                self.name(change.date),
                tuple(map(self.entry, change.before)),
                tuple(map(self.entry, change.after)),
                write_days(change.before),
            )
            for change in changes
        )

    def name(self, day: date) -> str:
        """Return weekday, day, month, and year."""
        return full_date(day, self._locale)

    def entry(self, day: NonWorkingDay) -> Entry:
        """Return a day with its legend; unclassified if the legend no longer exists."""
        legend = self._legends.get(day.legend_id) or self._legends[SystemLegend.UNCLASSIFIED]
        return Entry(day, legend)

    def _month(self, year: int, number: int, by_date: Mapping[date, list[NonWorkingDay]]) -> Month:
        span = month_of(date(year, number, 1))
        weeks = in_weeks([self._day(day, by_date.get(day, [])) for day in span], span.first, self._start)
        name = str(format_date(span.first, "LLLL", locale=self._locale))
        return Month(name, month_and_year(span.first, self._locale), weeks)

    def _day(self, day: date, days: Iterable[NonWorkingDay]) -> YearDay:
        entries = tuple(map(self.entry, days))
        return YearDay(day, self.name(day), entries, day.weekday() >= SATURDAY)
