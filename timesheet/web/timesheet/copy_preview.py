"""A preview of copying a week or applying a template, as rows of issues and columns of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from timesheet.domain.figures import Figures
from timesheet.domain.jira_time import moved_note
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import issue_order
from timesheet.services.timesheet.copy import CopyLine
from timesheet.services.worklog.write_result import day_note
from timesheet.web.http.context import Context
from timesheet.web.http.dates import heads_of
from timesheet.web.http.fields import read_issue_id
from timesheet.web.http.language import Printed, localize, printed, reader_locale
from timesheet.web.http.viewer import figures_of, week_start_of
from timesheet.web.timesheet.sheet import days_of
from timesheet.web.worklog.verdict import verdict_of


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """The days that get time, and whose. ``added`` issues have rows already.

    Of the issues that were ``shown``, only the ticked ones, ``issues``, are copied; a preview of other weeks shows
    others, and all of these are.
    """

    target: DateSpan
    shown: frozenset[int]
    issues: frozenset[int]
    added: tuple[int, ...]
    key: str

    def takes(self, issue_id: int) -> bool:
        """Return True if this issue is to be copied."""
        return issue_id in self.issues or issue_id not in self.shown


@dataclass(frozen=True, slots=True)
class CopyChoice(TargetChoice):
    """The values in the dialog that copies a week."""

    source: DateSpan
    mode: str
    comments: bool


@dataclass(frozen=True, slots=True)
class CopyCell:
    """One day of one issue: what is copied, and what is not copied and why."""

    copied: Printed
    skipped: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One issue of the preview; ``there`` if its row is on the sheet already."""

    issue: Issue
    cells: tuple[CopyCell, ...]
    total: Printed
    chosen: bool
    there: bool


@dataclass(frozen=True, slots=True)
class CopyPreview:
    """The rows and the sums of the choice.

    ``skipped`` counts worklogs that are not copied because there is time already, ``closed`` those whose day
    is closed; those on whose issue Jira takes no time are in neither. ``idle`` is True if some are on days without
    expected work.
    """

    rows: tuple[CopyRow, ...]
    days: tuple[Printed, ...]
    total: Printed
    skipped: int
    closed: int
    new_rows: int
    idle: bool


def read_ids(values: MultiDict[str, str], name: str) -> frozenset[int]:
    """Return the issues in a query or form."""
    return frozenset(read_issue_id(text) for text in values.getlist(name))


def preview_for_template(
    context: Context, choice: TargetChoice, lines: Sequence[CopyLine]
) -> Mapping[str, object]:
    """Return the names that ``timesheet/copy/_preview.html`` uses."""
    viewer, profile = context.viewer_context, context.profile()
    closed = viewer.lock.closed(context.identity.account_id, choice.target)
    days = days_of(context, choice.target, closed)
    # The table shows on which days an issue is left out, so its reason is said once.
    refused = {
        (line.issue.id, line.skip): line for line in lines if line.refused and choice.takes(line.issue.id)
    }
    return {
        "preview": preview_of(lines, choice, figures_of(context), [day.working for day in days]),
        "heads": heads_of(days, viewer.today, reader_locale(profile.locale), week_start_of(context, profile)),
        "clock_note": moved_note(
            sum(line.moved for line in lines if not line.skip and choice.takes(line.issue.id))
        ),
        "day_note": day_note(
            viewer,
            [(line.day, line.seconds) for line in lines if not line.skip and choice.takes(line.issue.id)],
        ),
        "refused": [verdict_of(viewer, line.issue, None, None, line.skip) for line in refused.values()],
    }


def preview_of(
    lines: Iterable[CopyLine], choice: TargetChoice, figures: Figures, working: Sequence[bool]
) -> CopyPreview:
    """Return the preview of a plan, with ``working`` for each day of the target.

    Every printed sum is the sum of the printed figures above or next to it.
    """
    by_issue: dict[int, list[CopyLine]] = {}
    for line in lines:
        by_issue.setdefault(line.issue.id, []).append(line)
    rows = [_row(found, choice, figures) for found in by_issue.values()]
    rows.sort(key=lambda row: issue_order(row.issue))
    chosen = [line for found in by_issue.values() for line in found if choice.takes(line.issue.id)]
    days = tuple(_copied([line for line in chosen if line.day == day], figures) for day in choice.target)
    return CopyPreview(
        rows=tuple(rows),
        days=days,
        total=_copied(chosen, figures, figures.show(0)),
        skipped=sum(bool(line.skip) and not line.closed and not line.refused for line in chosen),
        closed=sum(line.closed for line in chosen),
        new_rows=sum(row.chosen and not row.there for row in rows),
        idle=any(time.text and not works for time, works in zip(days, working, strict=True)),
    )


def _row(lines: list[CopyLine], choice: TargetChoice, figures: Figures) -> CopyRow:
    issue = lines[0].issue
    cells = tuple(_cell([line for line in lines if line.day == day], figures) for day in choice.target)
    selected = issue.id in choice.added or any(line.skip and not line.refused for line in lines)
    return CopyRow(issue, cells, _copied(lines, figures), choice.takes(issue.id), selected)


def _cell(lines: list[CopyLine], figures: Figures) -> CopyCell:
    skipped = sum(figures.units(line.seconds) for line in lines if line.skip)
    why = localize(next((line.skip for line in lines if line.skip), ""))
    return CopyCell(_copied(lines, figures), figures.show(skipped) if skipped else "", why)


def _copied(lines: Iterable[CopyLine], figures: Figures, zero: str = "") -> Printed:
    """Return the copied time of these as the sum of what is printed of each."""
    seconds = [line.seconds for line in lines if not line.skip]
    return printed(figures, sum(figures.units_each(seconds)), sum(seconds), zero)
