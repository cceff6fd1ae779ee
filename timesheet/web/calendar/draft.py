"""The unsaved state of a global calendar: all of its days are sent with the form, and nothing is stored before Save."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.domain.calendar.legend import Legend, SystemLegend
from timesheet.domain.day_text import FIRST_YEAR, LAST_YEAR
from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import OUT_OF_DATE, is_number
from timesheet.services.calendar.command import NO_YEAR, SaveCalendar
from timesheet.services.calendar.global_calendar import calendar_of
from timesheet.web.http.form import Form, sent


@dataclass(frozen=True, slots=True)
class CalendarDraft:
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


def read_draft() -> CalendarDraft:
    """Return the draft in the form of the request. Raise InvalidInput for content that the app's pages never send."""
    form = request.form
    return CalendarDraft(calendar_of(sent(SaveCalendar)), read_year(form.get("go") or form.get("year", "")))


def read_tool(values: MultiDict[str, str], choices: Iterable[Legend]) -> Tool:
    """Return the tool in a form, so it survives a change of the year; whole public holidays by default."""
    mark, part = values.get("mark", SystemLegend.PUBLIC_HOLIDAY), values.get("part", Part.WHOLE)
    marks = {"", *(legend.id for legend in choices)}
    return Tool(
        mark if mark in marks else SystemLegend.PUBLIC_HOLIDAY,
        Part(part) if part in tuple(Part) else Part.WHOLE,
    )


def read_year(text: str) -> int:
    """Return a year to show. Raise InvalidInput if it is out of range."""
    if is_number(text, 4) and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text)
    raise InvalidInput(NO_YEAR, field="year")


def write_days(days: Iterable[NonWorkingDay]) -> str:
    """Return one line for each day: date, part, legend, and title, separated by tabs; ``SaveCalendar`` reads them."""
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
