"""One year of a global calendar: its days with their reasons, for its twelve small months, and as lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale

from timesheet.domain.calendar.global_calendar import NonWorkingDay, Part
from timesheet.domain.calendar.legend import Legend, SystemLegend
from timesheet.domain.span import SATURDAY
from timesheet.services.calendar.global_calendar import DayChange
from timesheet.web.calendar.draft import write_days
from timesheet.web.calendar.year import PART_NAMES, Month, months_of
from timesheet.web.http.dates import full_date
from timesheet.web.http.language import _, localize


@dataclass(frozen=True, slots=True)
class DayOff:
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
class MarkedDay:
    """One day of the year and its entries; ``name`` has weekday, day, month, and year."""

    date: date
    name: str
    entries: tuple[DayOff, ...]
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
        return "".join(dict.fromkeys(localize(entry.legend.letter) for entry in self.entries))


@dataclass(frozen=True, slots=True)
class DayChangeLine:
    """A change in words; ``before`` is what the browser restores."""

    change: DayChange
    name: str
    was: tuple[DayOff, ...]
    now: tuple[DayOff, ...]
    before: str


class YearView:
    """Formats days as words and months for one viewer."""

    def __init__(self, legends: Iterable[Legend], start: int, locale: Locale) -> None:
        self._legends: Mapping[str, Legend] = {legend.id: legend for legend in legends}
        self._start, self._locale = start, locale

    def months(self, days: Iterable[NonWorkingDay], year: int) -> tuple[Month[MarkedDay], ...]:
        """Return the twelve months of ``year``."""
        by_date: dict[date, list[NonWorkingDay]] = {}
        for day in days:
            by_date.setdefault(day.date, []).append(day)
        return months_of(year, lambda day: self._day(day, by_date.get(day, [])), self._start, self._locale)

    def lines(self, days: Iterable[NonWorkingDay]) -> tuple[tuple[str, DayOff], ...]:
        """Return the name of each day with its entry, in the order of ``days``."""
        return tuple((self.name(day.date), self.entry(day)) for day in days)

    def changes(self, changes: Iterable[DayChange]) -> tuple[DayChangeLine, ...]:
        """Return each change with the name of its day and its entries before and after."""
        return tuple(
            DayChangeLine(
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

    def entry(self, day: NonWorkingDay) -> DayOff:
        """Return a day with its legend; unclassified if the legend no longer exists."""
        legend = self._legends.get(day.legend_id) or self._legends[SystemLegend.UNCLASSIFIED]
        return DayOff(day, legend)

    def _day(self, day: date, days: Iterable[NonWorkingDay]) -> MarkedDay:
        entries = tuple(map(self.entry, days))
        return MarkedDay(day, self.name(day), entries, day.weekday() >= SATURDAY)
