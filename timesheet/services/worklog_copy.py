"""Copying the hours of one week into another: first the plan to look at, then the doing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from timesheet.domain.duration import format_hm
from timesheet.domain.errors import InvalidInput, TimesheetError
from timesheet.domain.issue import Issue
from timesheet.domain.jira_time import moved_to
from timesheet.domain.span import DateSpan
from timesheet.services.desk import Desk
from timesheet.services.ports import Snapshot
from timesheet.services.saved import Saved
from timesheet.services.timesheet import snapshot_at
from timesheet.services.worklog import TimeEntry, log_time

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One worklog to copy to ``day``; ``skip`` says why it stays out, empty when it is copied."""

    worklog_id: int
    issue: Issue
    day: date
    seconds: int
    skip: str = ""


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What was copied, and which lines Jira refused, each with its sentence."""

    saved: tuple[Saved, ...]
    failed: tuple[tuple[CopyLine, str], ...]


def plan_copy(desk: Desk, source: DateSpan, target: DateSpan) -> tuple[CopyLine, ...]:
    """The worklogs of ``source`` day by day on ``target``; what already has time there is skipped."""
    if len(source) != len(target):
        raise InvalidInput("Copy between stretches of the same length.", field="date")
    there = snapshot_at(desk, target)
    lines = _lines(snapshot_at(desk, source), _taken(there), target.first - source.first)
    if len(lines) > MOST_LINES:
        raise InvalidInput(f"That is more than {MOST_LINES} worklogs: copy a shorter stretch.", field="date")
    return lines


def apply_copy(
    desk: Desk, source: DateSpan, target: DateSpan, key: str, chosen: Collection[int] | None = None
) -> CopyResult:
    """Log what the plan holds now, or only the ``chosen`` worklog ids; one refusal does not stop the rest.

    Comments are not copied: they tell of the week in which they were written.
    """
    saved, failed = list[Saved](), list[tuple[CopyLine, str]]()
    times = {worklog.id: worklog.started for worklog in snapshot_at(desk, source).worklogs}
    for line in plan_copy(desk, source, target):
        if line.skip or not (chosen is None or line.worklog_id in chosen):
            continue
        start = moved_to(times[line.worklog_id], line.day, desk.zone)
        clock = start.instant.astimezone(desk.zone)
        entry = TimeEntry(
            line.issue.id,
            line.day,
            format_hm(line.seconds),
            f"{key}-{line.worklog_id}",
            clock.time(),
            clock.fold,
        )
        try:
            saved.append(log_time(desk, entry))
        except TimesheetError as error:
            failed.append((line, error.sentence))
    return CopyResult(tuple(saved), tuple(failed))


def _lines(source: Snapshot, taken: dict[tuple[int, date], int], step: timedelta) -> tuple[CopyLine, ...]:
    return tuple(
        CopyLine(
            w.id, source.issues[w.issue_id], w.day + step, w.seconds, _skip(taken, w.issue_id, w.day + step)
        )
        for w in source.worklogs
    )


def _taken(there: Snapshot) -> dict[tuple[int, date], int]:
    taken: dict[tuple[int, date], int] = {}
    for worklog in there.worklogs:
        cell = worklog.issue_id, worklog.day
        taken[cell] = taken.get(cell, 0) + worklog.seconds
    return taken


def _skip(taken: dict[tuple[int, date], int], issue_id: int, day: date) -> str:
    seconds = taken.get((issue_id, day))
    return f"already has {format_hm(seconds)}" if seconds else ""
