"""Reports of a scene's viewer, with the words and seconds of their rows."""

from __future__ import annotations

from dataclasses import replace

from tests.services.support.scene import WEEK, Scene
from timesheet.domain.figures import Figures
from timesheet.domain.identity import TimeTracking
from timesheet.domain.report.query import ReportQuery
from timesheet.domain.report.table import Row
from timesheet.domain.report.terms import Dimension
from timesheet.services.report.report import Presentation, Report, read_report
from timesheet.services.snapshot.team import Freshness

SHOWN = Presentation(Figures(), 0, TimeTracking(enabled=True, day_seconds=8 * 3600, week_seconds=40 * 3600))
TEAM = ReportQuery(WEEK, team_ids=("alpha",), rows=(Dimension.PERSON,))
OWN = ReportQuery(WEEK)


def look(
    scene: Scene, query: ReportQuery = OWN, who: str = "viewer-1", *, refresh: bool = False, **more: object
) -> Report:
    """Return a report of this person, with some values of the query changed."""
    changed = replace(query, **more)  # type: ignore[arg-type]
    context = scene.viewer_context_of(who)
    freshness = Freshness.NOW if refresh else Freshness.USUAL
    return read_report(scene.team_context(who), context, scene.jira, changed, SHOWN, freshness)


def row_text(row: Row) -> str:
    return " / ".join(label.text or "none" for label in row.labels)


def cells(report: Report) -> dict[str, list[int | None]]:
    """Return the exact seconds of each row's cells, by the texts of its labels."""
    return {row_text(row): [cell.exact for cell in row.cells] for row in report.table.rows()}


def spent(report: Report) -> dict[str, int | None]:
    """Return the exact seconds of each row's last cell."""
    return {name: found[-1] for name, found in cells(report).items()}


def total(report: Report) -> int | None:
    return report.table.totals[-1].exact
