"""Log time that lasts past midnight: as one worklog on its first day, or, on request, as one for each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, islice

from timesheet.domain.duration import MINUTE
from timesheet.domain.errors import InvalidInput, NotAllowed, TimesheetError
from timesheet.domain.jira_time import day_end, work_date
from timesheet.domain.message import Seconds, message
from timesheet.domain.worklog.midnight import split_by_day
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.change import new_start
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.log import log_time
from timesheet.services.worklog.safeguard.lost_write import lost_form
from timesheet.services.worklog.write_result import WriteResult, read_seconds, require_time

MOST_PARTS = 7
TOO_MANY_DAYS = message("That is more than a week. Type a shorter time, or do not split it.")
SPLIT_ALREADY = message(
    "A part of this time is logged on its own day already. Split it again to log only the rest."
)
LATER_PART = message(
    "{duration} on {day} is logged already and would stay. Log a time that lasts until then, or delete that worklog "
    "first."
)
PARTLY = message("{duration} is logged, the rest is not yet: {why} Log it again to add only the rest.")
OPEN_REST = message("{why} The form now has only the time that can be logged, {duration} from {day} on.")
OPEN_REST_ELSEWHERE = message(
    "{why} The form now has the {duration} from {day} on. The {rest} on earlier or later days can be logged "
    "separately."
)
NO_PAUSES = timedelta(0)


@dataclass(eq=False, kw_only=True)
class ClosedPart(InvalidInput):
    """A day of the time is closed. ``start`` and ``seconds`` are those of the days that are open."""

    start: datetime
    seconds: int


def log_by_day(
    context: ViewerContext, entry: TimeEntry, pauses: timedelta = NO_PAUSES
) -> Sequence[WriteResult]:
    """Log the time of an entry: one worklog, or one for each day if it is ``split``.

    ``pauses`` interrupted it on its first day. Raise ClosedPart if it is split and one of its days is closed. A
    request that fails leaves some parts logged, and the entry's key lets the next one find them.
    """
    parts = _parts_of(context, entry, pauses)
    if entry.split:
        _require_open(context, parts)
    return _log_parts(context, parts)


def _parts_of(context: ViewerContext, entry: TimeEntry, pauses: timedelta) -> tuple[TimeEntry, ...]:
    """Return the worklogs to log: one, or one for each day. The estimate changes with the first of them.

    Raise InvalidInput for a time that cannot be split, or that was split before and is not now.
    """
    seconds = require_time(read_seconds(context, entry.text)).seconds
    start = new_start(context, entry.day, entry.time, entry.fold).instant
    parts = list(islice(split_by_day(start, seconds, context.zone, pauses), MOST_PARTS + 1))
    if not entry.split:
        if any(lost_form(context, _key(context, entry, begin)) for begin, _ in parts):
            raise InvalidInput(SPLIT_ALREADY)
        return (entry,)
    if len(parts) > MOST_PARTS:
        raise InvalidInput(TOO_MANY_DAYS, field="duration")
    _require_no_later_part(context, entry, parts)
    # What was logged whole before becomes the part of the first day.
    whole = context.journal.keyed(context.viewer, entry.key)
    first_key = entry.key if whole else _key(context, entry, start)
    return tuple(
        _part(context, entry, first_key if number == 0 else "", *part) for number, part in enumerate(parts)
    )


def _require_no_later_part(
    context: ViewerContext, entry: TimeEntry, parts: Sequence[tuple[datetime, int]]
) -> None:
    """Raise InvalidInput if an earlier, longer try logged the day after the last part.

    Parts are logged in order, so without that one there is no later one.
    """
    begin, seconds = parts[-1]
    following = day_end(begin + timedelta(seconds=seconds - 1), context.zone)
    if made := lost_form(context, _key(context, entry, following)):
        raise InvalidInput(
            message(LATER_PART, duration=Seconds(made.seconds), day=made.day), field="duration"
        )


def _part(
    context: ViewerContext, entry: TimeEntry, first_key: str, start: datetime, seconds: int
) -> TimeEntry:
    local = start.astimezone(context.zone)
    changes_estimate = first_key or entry.estimate.mode == "auto"
    return replace(
        entry,
        day=local.date(),
        time=local.time(),
        fold=local.fold,
        text=f"{seconds // MINUTE}m",
        key=first_key or _key(context, entry, start),
        estimate=entry.estimate if changes_estimate else EstimateChange("leave"),
    )


def _key(context: ViewerContext, entry: TimeEntry, start: datetime) -> str:
    """Return the key of a part, which is that of its day: a form that is changed to the rest changes no other part."""
    return f"{entry.key}-{work_date(start, context.zone)}"


def _require_open(context: ViewerContext, parts: Sequence[TimeEntry]) -> None:
    """Raise ClosedPart with the longest stretch of open days if another day is closed; if all are, NotAllowed."""
    issue = get_issue(context, parts[0].issue_id)
    starts = [new_start(context, part.day, part.time, part.fold).instant for part in parts]
    refused: dict[int, NotAllowed] = {}
    for n, part in enumerate(parts):
        try:
            context.lock.check(context.viewer, issue, [part.day], [starts[n]])
        except NotAllowed as error:
            refused[n] = error
    if not refused:
        return
    [why, *_] = refused.values()
    spent = [read_seconds(context, part.text).seconds for part in parts]
    runs = [list(run) for closed, run in groupby(range(len(parts)), refused.__contains__) if not closed]
    if not runs:
        raise why
    longest = max(runs, key=lambda run: sum(spent[n] for n in run))
    begin, seconds = starts[longest[0]].astimezone(context.zone), sum(spent[n] for n in longest)
    rest = sum(spent[n] for run in runs for n in run) - seconds
    values = {"why": why.sentence, "duration": Seconds(seconds), "day": begin.date()}
    text = (
        message(OPEN_REST_ELSEWHERE, **values, rest=Seconds(rest)) if rest else message(OPEN_REST, **values)
    )
    raise ClosedPart(text, start=begin, seconds=seconds) from why


def _log_parts(context: ViewerContext, parts: Sequence[TimeEntry]) -> list[WriteResult]:
    """Log one part after the other. Raise InvalidInput with what is logged if a later one fails."""
    results: list[WriteResult] = []
    for part in parts:
        try:
            results.append(log_time(context, part))
        except TimesheetError as error:
            if not results:
                raise
            logged = sum(one.worklog.seconds for one in results if one.worklog)
            raise InvalidInput(message(PARTLY, duration=Seconds(logged), why=error.sentence)) from error
    return results
