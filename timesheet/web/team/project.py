"""The projects of an overview as rows, with their issues; many small issues are folded into one row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from timesheet.domain.figures import shares
from timesheet.domain.lazy import lazy
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import issue_order
from timesheet.services.team.overview import Overview
from timesheet.web.http.language import Printed, exactly_text, printed_sum
from timesheet.web.team.chart import bar
from timesheet.web.team.figures import FigurePrinter

MOST_ISSUES = 25


@dataclass(frozen=True, slots=True)
class ProjectFigure:
    """The time on one project: its share of all, and its issues, the longest first.

    ``more`` issues, with ``rest`` in total, are folded. ``exactly`` is the tooltip of a sum of rounded figures.
    """

    key: str
    name: str
    spent: str
    part: str
    bar: Markup
    issues: tuple[tuple[Issue, Printed], ...]
    more: int
    rest: str
    exactly: str


class TeamProjects:
    """Formats the projects; all issues of the ``opened`` one, the longest of others."""

    def __init__(self, overview: Overview, printer: FigurePrinter, opened: str = "") -> None:
        self._overview, self._printer, self._opened = overview, printer, opened

    def rows(self) -> tuple[ProjectFigure, ...]:
        """Return one row for each project, the longest first."""
        sums = {key: sum(seconds for _, seconds in issues) for key, issues in self._issues.items()}
        ordered = sorted(sums.items(), key=lambda entry: (-entry[1], entry[0]))
        parts = shares([seconds for _, seconds in ordered])
        return tuple(
            self._row(self._issues[key], seconds, part)
            for (key, seconds), part in zip(ordered, parts, strict=True)
        )

    def total(self) -> str:
        """Return the sum of the printed projects."""
        return self._show(self._units(self._every))

    def total_exactly(self) -> str:
        """Return the tooltip of the total."""
        return self._exactly(self._every)

    @property
    def _every(self) -> Sequence[tuple[Issue, int]]:
        return [entry for issues in self._issues.values() for entry in issues]

    def _exactly(self, issues: Sequence[tuple[Issue, int]]) -> str:
        seconds = sum(amount for _, amount in issues)
        return exactly_text(self._printer.figures.exact(self._units(issues), seconds))

    @lazy
    def _issues(self) -> Mapping[str, list[tuple[Issue, int]]]:
        by_project: dict[str, list[tuple[Issue, int]]] = defaultdict(list)
        for issue_id, seconds in self._overview.by_issue().items():
            issue = self._overview.issue(issue_id)
            by_project[issue.project_key].append((issue, seconds))
        return by_project

    def _row(self, issues: list[tuple[Issue, int]], seconds: int, part: Fraction) -> ProjectFigure:
        project = issues[0][0]
        ordered = sorted(issues, key=lambda entry: (-entry[1], issue_order(entry[0])))
        # Folding a single issue would take as much space as showing it.
        few = len(ordered) <= MOST_ISSUES + 1 or self._opened == project.project_key
        visible, folded = (ordered, []) if few else (ordered[:MOST_ISSUES], ordered[MOST_ISSUES:])
        return ProjectFigure(
            key=project.project_key,
            name=project.project_name,
            spent=self._show(self._units(ordered)),
            part=self._printer.percentage(part),
            bar=bar(seconds, self._overview.spent),
            issues=tuple((issue, printed_sum(self._printer.figures, [amount])) for issue, amount in visible),
            more=len(folded),
            rest=self._show(self._units(folded)),
            exactly=self._exactly(ordered),
        )

    def _units(self, issues: Sequence[tuple[Issue, int]]) -> int:
        return sum(self._printer.figures.units(seconds) for _, seconds in issues)

    def _show(self, units: int) -> str:
        return self._printer.figures.show(units)
