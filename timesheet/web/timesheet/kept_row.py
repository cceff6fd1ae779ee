"""The rows of a sheet that need no time on its days: pinned and added ones, and those of the week before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from timesheet.domain.span import DAYS_IN_WEEK
from timesheet.domain.worklog.issue import Issue
from timesheet.services.ports.jira import Snapshot
from timesheet.services.snapshot.changed_issue import former_keys
from timesheet.services.snapshot.issue import issues_with_fallback
from timesheet.services.snapshot.own import snapshot_at, within
from timesheet.services.snapshot.row_limit import known_limits
from timesheet.web.http.context import Context
from timesheet.web.timesheet.choice import Choice
from timesheet.web.timesheet.grid_row import RowMarks


@dataclass(frozen=True, slots=True)
class Rows:
    """The issues that get a row without time, and the marks on rows."""

    issues: tuple[Issue, ...] = ()
    marks: RowMarks = field(default_factory=RowMarks)


def read_rows(
    context: Context, choice: Choice, today: date, *, refresh: bool = False
) -> tuple[Snapshot, Rows]:
    """Return the worklogs of the chosen days, and the rows that the person keeps in the grid.

    Issues of the week before have a row on days that are not over yet, unless the person switched that off.
    """
    viewer, settings = context.viewer_context, context.person_settings
    if choice.layout != "grid":
        snapshot = snapshot_at(viewer, choice.span, refresh=refresh)
        limits = known_limits(viewer, tuple(snapshot.issues.values()))
        former = former_keys(viewer.cache, viewer.site)
        return snapshot, Rows(marks=RowMarks(former=former, limits=limits))
    lead = DAYS_IN_WEEK if settings.last_week and choice.span.last >= today else 0
    whole = snapshot_at(viewer, choice.span, refresh=refresh, lead=lead)
    snapshot = within(whole, choice.span) if lead else whole
    last = {number: issue for number, issue in whole.issues.items() if number not in snapshot.issues}
    missing_ids = [number for number in settings.rows.ids if number not in whole.issues]
    issues = (*last.values(), *issues_with_fallback(viewer, missing_ids, refresh=refresh))
    removable = frozenset(settings.rows.added).difference(whole.issues)
    limits = known_limits(viewer, (*snapshot.issues.values(), *issues))
    former = former_keys(viewer.cache, viewer.site)
    return snapshot, Rows(issues, RowMarks(settings.rows.pinned, removable, former, limits))
