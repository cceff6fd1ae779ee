"""The chosen view of a timesheet, read from the query, with the person's last choice as default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.span import LONGEST_RANGE, DateSpan, View, neighbors, span_of
from timesheet.services.ports.settings import PersonSettings
from timesheet.web.http.fields import read_day

LAYOUTS = ("grid", "list", "calendar")
GROUPS = ("issue", "project")
VIEWS = tuple(View)
TODAY = "today"
"""The value of ``go`` for the day of the request: a page that stays open overnight does not know it."""
ALL_DAYS = "all"
"""The value of ``full`` for every day."""
NOT_ON_SHEET = message("That day is no longer on the sheet. Reload the timesheet.")


@dataclass(frozen=True, slots=True)
class Choice:
    """View, span, layout, and grouping of a timesheet. ``full``: the days that show all their worklogs."""

    view: View
    span: DateSpan
    layout: str
    group: str
    full: frozenset[str] = frozenset()

    def is_full(self, day: date) -> bool:
        """Return True if all worklogs of a day are asked for, however many it has."""
        return not self.full.isdisjoint((ALL_DAYS, f"{day}"))

    @property
    def full_days(self) -> list[date]:
        """Return the days of which all worklogs are asked for, so that they are when the sheet is read again."""
        return [day for day in self.span if f"{day}" in self.full]

    @property
    def previous(self) -> date:
        """Return the day that leads one span back."""
        return neighbors(self.view, self.span)[0]

    @property
    def next(self) -> date:
        """Return the day that leads one span forward."""
        return neighbors(self.view, self.span)[1]

    def place(self, today: date) -> dict[str, str]:
        """Return the query that opens these days again; an empty one for those that the timesheet opens by itself."""
        if self.view is View.RANGE:
            return {"view": self.view, "first": f"{self.span.first}", "last": f"{self.span.last}"}
        return {} if today in self.span else {"view": self.view, "day": f"{self.span.first}"}


def read_choice(args: MultiDict[str, str], stored: PersonSettings, today: date, week_start: int) -> Choice:
    """Return the choice in a query. Raise InvalidInput for invalid days and ranges that are too long."""
    view = View(_one_of(VIEWS, args.get("view"), stored.view))
    go = args.get("go")
    day = today if go == TODAY else read_day(go or args.get("day"), today)
    span = _read_range(args, day) if view is View.RANGE else span_of(view, day, week_start)
    return Choice(
        view,
        span,
        # The form sends the layout on the screen first, and the one of a pressed button last.
        _one_of(LAYOUTS, next(reversed(args.getlist("layout")), None), stored.layout),
        _one_of(GROUPS, args.get("group"), stored.group),
        frozenset(args.getlist("full")),
    )


def choice_after_save(args: MultiDict[str, str], stored: PersonSettings, day: date) -> Choice:
    """Return the choice of the grid in which a cell of ``day`` is saved. It sends its range and its grouping.

    Raise InvalidInput for a day outside, and for what ``read_choice`` refuses.
    """
    span = _read_range(args, day)
    if day not in span:
        raise InvalidInput(NOT_ON_SHEET, field="day")
    return Choice(View.RANGE, span, "grid", _one_of(GROUPS, args.get("group"), stored.group))


def _read_range(args: MultiDict[str, str], day: date) -> DateSpan:
    """Return the range from ``first`` to ``last``, moved as a whole to begin on ``go`` if given."""
    first = read_day(args.get("first"), day)
    last = read_day(args.get("last"), first)
    if last < first:
        raise InvalidInput(
            message("The range ends before it begins. Choose a last day on or after the first."), field="last"
        )
    span = DateSpan(first, last)
    if len(span) > LONGEST_RANGE:
        raise InvalidInput(
            message("A range can have up to {most} days. Choose a shorter one.", most=LONGEST_RANGE),
            field="last",
        )
    if args.get("go"):
        return DateSpan(day, day + (last - first))
    return span


def _one_of(allowed: tuple[str, ...], requested: str | None, stored: str) -> str:
    """Return what is asked for or, if that is not allowed, what is stored; the first allowed one if neither is."""
    return requested if requested in allowed else stored if stored in allowed else allowed[0]
