"""The figures of an overview as they print: rows with bars, and totals that are the sums of the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from babel import Locale
from markupsafe import Markup

from timesheet.domain.capacity import progress, show_progress
from timesheet.domain.figures import Figures
from timesheet.domain.issue import Issue
from timesheet.domain.person import Person
from timesheet.domain.sheet import issue_order
from timesheet.domain.span import DateSpan
from timesheet.services.team_overview import Line, Overview
from timesheet.web.dates import day_head
from timesheet.web.grid import Total, compared
from timesheet.web.team_chart import Column, bar, columns
from timesheet.web.team_choice import period_title

LONGEST_BY_DAY = 31


@dataclass(frozen=True, slots=True)
class Figure:
    """Spent and expected, printed; ``part`` is the share in percent, nothing where there is no capacity."""

    name: str
    spent: str
    capacity: str
    difference: Total
    part: str
    bar: Markup
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class ProjectFigure:
    """The time on one project: its share of all, and its issues, the longest first."""

    key: str
    name: str
    spent: str
    part: str
    bar: Markup
    issues: tuple[tuple[Issue, str], ...]


class TeamFigures:
    """Prints one overview."""

    def __init__(self, overview: Overview, figures: Figures, locale: Locale, today: date) -> None:
        self.overview, self.figures, self.locale = overview, figures, locale
        self._due = min(len(overview.span), max(0, (today - overview.span.first).days + 1))

    @cached_property
    def total(self) -> Figure:
        """The whole team: as its closing recorded it, else as it is now."""
        recorded = self.overview.recorded
        if not self.overview.record:
            return self.figure("", self.overview.spent, self.overview.capacity)
        shown = {line.account_id for line in self.overview.lines}
        members = [one for one in recorded if not self.overview.own_only or one.account_id in shown]
        return self.figure("", sum(one.spent for one in members), sum(one.capacity for one in members))

    def people(self) -> tuple[Figure, ...]:
        """One row for each member."""
        return tuple(self._person(line) for line in self.overview.lines)

    def people_total(self) -> Figure:
        """Below the people: the sum of what is printed above."""
        lines, due = self.overview.lines, self._due
        return self._sum_of(
            ((sum(line.spent), sum(line.capacity)) for line in lines),
            ((sum(line.spent[:due]), sum(line.capacity[:due])) for line in lines),
        )

    def parts(self) -> tuple[Figure, ...]:
        """One row for each day, or for each week where there are too many days."""
        return tuple(
            self._part(part, due=due) for part, due in zip(self._parts, self._parts_due, strict=True)
        )

    def parts_total(self) -> Figure:
        """Below the days or weeks."""
        rows = [(part.spent, part.capacity) for part in self._parts]
        return self._sum_of(rows, (row for row, due in zip(rows, self._parts_due, strict=True) if due))

    def chart(self) -> Markup:
        """The same as bars."""
        return columns(self._parts, "Spent and capacity over the period; the table has the figures")

    @property
    def by_day(self) -> bool:
        """False where weeks stand in the place of days."""
        return len(self.overview.span) <= LONGEST_BY_DAY

    def projects(self) -> tuple[ProjectFigure, ...]:
        """One row for each project, the longest first."""
        by_project: dict[str, list[tuple[Issue, int]]] = defaultdict(list)
        for issue_id, seconds in self.overview.by_issue().items():
            issue = self.overview.issue(issue_id)
            by_project[issue.project_key].append((issue, seconds))
        whole = self.overview.spent
        sums = {key: sum(seconds for _, seconds in issues) for key, issues in by_project.items()}
        return tuple(
            self._project(by_project[key], seconds, whole)
            for key, seconds in sorted(sums.items(), key=lambda entry: (-entry[1], entry[0]))
        )

    def projects_total(self) -> str:
        """Below the projects."""
        units = defaultdict[str, int](int)
        for issue_id, seconds in self.overview.by_issue().items():
            units[self.overview.issue(issue_id).project_key] += seconds
        return self.figures.show(sum(self.figures.units(seconds) for seconds in units.values()))

    def figure(self, name: str, spent: int, capacity: int) -> Figure:
        """Seconds as a row, without a difference."""
        units = self.figures.units
        return self._printed(name, units(spent), units(capacity), (spent, capacity), Total(""))

    def show(self, seconds: int) -> str:
        """Seconds, printed."""
        return self.figures.show(self.figures.units(seconds))

    def _person(self, line: Line) -> Figure:
        """The difference is up to today: time still missing on days to come is no difference yet."""
        due = self._difference(sum(line.spent[: self._due]), sum(line.capacity[: self._due]))
        row = self.figure(line.person.name, sum(line.spent), sum(line.capacity))
        return replace(row, difference=due, person=line.person)

    def _part(self, column: Column, *, due: bool) -> Figure:
        difference = self._difference(column.spent, column.capacity) if due else Total("")
        return replace(self.figure(column.name, column.spent, column.capacity), difference=difference)

    def _difference(self, spent: int, capacity: int) -> Total:
        return compared(self.figures, self.figures.units(spent), self.figures.units(capacity))

    def _sum_of(self, rows: Iterable[tuple[int, int]], due: Iterable[tuple[int, int]]) -> Figure:
        """A total of printed rows, its difference of those that are due; the share is of the exact sums."""
        listed, late = list(rows), list(due)
        exact = sum(row[0] for row in listed), sum(row[1] for row in listed)
        spent, capacity = self._units_of(listed)
        return self._printed("", spent, capacity, exact, compared(self.figures, *self._units_of(late)))

    def _units_of(self, rows: Sequence[tuple[int, int]]) -> tuple[int, int]:
        units = self.figures.units
        return sum(units(row[0]) for row in rows), sum(units(row[1]) for row in rows)

    def _printed(
        self, name: str, spent: int, capacity: int, exact: tuple[int, int], difference: Total
    ) -> Figure:
        show, share = self.figures.show, progress(*exact)
        return Figure(
            name,
            show(spent),
            show(capacity),
            difference,
            show_progress(share, self.figures.separator),
            bar(*exact),
        )

    def _project(self, issues: list[tuple[Issue, int]], seconds: int, whole: int) -> ProjectFigure:
        first = issues[0][0]
        ordered = sorted(issues, key=lambda entry: (-entry[1], issue_order(entry[0])))
        return ProjectFigure(
            first.project_key,
            first.project_name,
            self.show(seconds),
            show_progress(progress(seconds, whole), self.figures.separator),
            bar(seconds, whole),
            tuple((issue, self.show(amount)) for issue, amount in ordered),
        )

    @property
    def _parts_due(self) -> list[bool]:
        """Which days or weeks are over, or have begun."""
        starts = range(len(self.overview.span)) if self.by_day else self._weeks
        return [start < self._due for start in starts]

    @property
    def _weeks(self) -> list[int]:
        span = self.overview.span
        return [(week.first - span.first).days for week in weeks_of(span)]

    @cached_property
    def _parts(self) -> Sequence[Column]:
        lines, span = self.overview.lines, self.overview.span
        spent = _sums([line.spent for line in lines], len(span))
        capacity = _sums([line.capacity for line in lines], len(span))
        if self.by_day:
            return [
                Column(day_head(day, self.locale), spent[index], capacity[index])
                for index, day in enumerate(span)
            ]
        return [
            Column(period_title(week, self.locale), sum(spent[first:end]), sum(capacity[first:end]))
            for week in weeks_of(span)
            for first, end in [((week.first - span.first).days, (week.last - span.first).days + 1)]
        ]


def weeks_of(span: DateSpan) -> list[DateSpan]:
    """The span cut at Mondays."""
    weeks, day = list[DateSpan](), span.first
    while day <= span.last:
        last = min(span.last, day + timedelta(days=6 - day.weekday()))
        weeks.append(DateSpan(day, last))
        day = last + timedelta(days=1)
    return weeks


def _sums(rows: Sequence[Sequence[int]], width: int) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)] or [0] * width
