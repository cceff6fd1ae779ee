"""A column of a team's tables with the time that has *yes* in one attribute, such as *Billable*."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from timesheet.domain.lazy import lazy
from timesheet.services.team.attribute import AttributeTime
from timesheet.services.team.overview import Overview
from timesheet.web.http.language import exactly_text, localize
from timesheet.web.team.figures import FigurePrinter


@dataclass(frozen=True, slots=True)
class SpentShare:
    """Time, and its share of all time of its row; all is empty for no time. ``exactly`` is the tooltip of the time."""

    spent: str
    part: str = ""
    exactly: str = ""


class AnswerColumn:
    """Formats one column. Totals are the sums of the printed rows of their table."""

    def __init__(self, overview: Overview, time: AttributeTime, printer: FigurePrinter) -> None:
        self._overview, self._printer, self._time = overview, printer, time
        self._people, self._issues = time.by_person(), time.by_issue()

    @property
    def name(self) -> str:
        """Return the head of the column."""
        return localize(self._time.attribute.name)

    def person(self, account_id: str) -> SpentShare:
        """Return the time of one member."""
        line, seconds = self._overview.line(account_id), self._people.get(account_id, 0)
        return self._answer(self._units(seconds), seconds, sum(line.spent) if line else 0)

    def people(self) -> SpentShare:
        """Return the time of all members."""
        units = sum(map(self._units, self._people.values()))
        return self._answer(units, sum(self._people.values()), self._overview.spent)

    def project(self, key: str) -> SpentShare:
        """Return the time on one project."""
        ids = [issue_id for issue_id in self._spent if self._overview.issue(issue_id).project_key == key]
        seconds = [self._issues.get(issue_id, 0) for issue_id in ids]
        return self._answer(
            sum(map(self._units, seconds)), sum(seconds), sum(self._spent[issue_id] for issue_id in ids)
        )

    def projects(self) -> SpentShare:
        """Return the time on all projects."""
        units = sum(map(self._units, self._issues.values()))
        return self._answer(units, sum(self._issues.values()), self._overview.spent)

    def issue(self, issue_id: int) -> SpentShare:
        """Return the time on one issue, without its share."""
        seconds = self._issues.get(issue_id, 0)
        return replace(self._answer(self._units(seconds), seconds, 0), part="")

    @lazy
    def _spent(self) -> Mapping[int, int]:
        return self._overview.by_issue()

    def _units(self, seconds: int) -> int:
        return self._printer.figures.units(seconds)

    def _answer(self, units: int, seconds: int, whole: int) -> SpentShare:
        if not seconds:
            return SpentShare("")
        figures = self._printer.figures
        exactly = exactly_text(figures.exact(units, seconds))
        return SpentShare(figures.show(units), self._printer.share(seconds, whole), exactly)
