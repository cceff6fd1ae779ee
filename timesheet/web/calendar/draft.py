"""The unsaved state of a global calendar: all of its days are sent with the form, and nothing is stored before Save."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.global_calendar import MOST_DAYS, GlobalCalendar, NonWorkingDay, Part, in_calendar
from timesheet.domain.legend import Legend, SystemLegend
from timesheet.web.http.ids import OUT_OF_DATE, read_id
from timesheet.web.http.section import Form, read_version

FIRST_YEAR, LAST_YEAR = 1971, 2100
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of the form: the calendar as it would be saved, and the year shown."""

    calendar: GlobalCalendar
    year: int

    @property
    def form(self) -> Form:
        """Return its one text field."""
        return Form({"name": self.calendar.name}, str(self.calendar.version))


@dataclass(frozen=True, slots=True)
class Tool:
    """The effect of a click: a legend's id (empty for working days), and the part of the day."""

    mark: str
    part: Part


def read_draft(values: MultiDict[str, str]) -> Draft:
    """Return the draft in a form. Raise InvalidInput for content that the app's pages never send."""
    return Draft(
        GlobalCalendar(
            read_id(values.get("id", "")),
            values.get("name", "")[:LONGEST_TITLE],
            read_days(values.get("days", "")),
            read_version(values),
        ),
        read_year(values.get("go") or values.get("year", "")),
    )


def read_tool(values: MultiDict[str, str], choices: Iterable[Legend]) -> Tool:
    """Return the tool in a form, so it survives a change of the year; whole public holidays by default."""
    mark, part = values.get("mark", SystemLegend.PUBLIC_HOLIDAY), values.get("part", Part.WHOLE)
    known = {"", *(legend.id for legend in choices)}
    return Tool(
        mark if mark in known else SystemLegend.PUBLIC_HOLIDAY,
        Part(part) if part in tuple(Part) else Part.WHOLE,
    )


def read_year(text: str) -> int:
    """Return a year to show. Raise InvalidInput if it is out of range."""
    if text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    raise InvalidInput(f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}.", field="year")


def read_days(text: str) -> tuple[NonWorkingDay, ...]:
    """Return days in the format of ``write_days``, in order. Raise InvalidInput for anything else."""
    lines = [line for line in re.split(r"\r?\n", text) if line]
    if len(lines) > 2 * MOST_DAYS:
        raise InvalidInput(f"A calendar holds at most {MOST_DAYS} days.", field="days")
    return tuple(in_calendar(_read_day(line) for line in lines))


def write_days(days: Iterable[NonWorkingDay]) -> str:
    """Return one line for each day: date, part, legend, and title, separated by tabs."""
    return "\n".join(
        f"{day.date.isoformat()}\t{day.part.value}\t{day.legend_id}\t{' '.join(day.title.split())}"
        for day in days
    )


def read_dates(texts: Iterable[str]) -> frozenset[date]:
    """Return ISO dates. Raise InvalidInput for anything else."""
    try:
        return frozenset(date.fromisoformat(text) for text in texts)
    except ValueError:
        raise InvalidInput(OUT_OF_DATE, field="form") from None


def _read_day(line: str) -> NonWorkingDay:
    try:
        day, part, legend_id, title = line.split("\t")
        return NonWorkingDay(date.fromisoformat(day), title[:LONGEST_TITLE], read_id(legend_id), Part(part))
    except ValueError:
        raise InvalidInput(OUT_OF_DATE, field="form") from None
