"""Read what the viewer did in Jira, suggest worklogs from it, and log the accepted ones once."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from typing import Protocol

from timesheet.domain.errors import InvalidInput, TimesheetError
from timesheet.domain.jira_time import work_date
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import (
    Activity,
    DayRoom,
    Meeting,
    Suggestion,
    suggest,
    with_mark,
    with_sprint,
)
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.sheet import Sheet
from timesheet.services.snapshot.issue import remember_issues
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.suggestion.command import AcceptSuggestion, DismissSuggestion
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.viewer.stale_read import keep_newest
from timesheet.services.worklog.log import log_time
from timesheet.services.worklog.write_result import WriteResult, own_worklogs, unchanged

MOST_DAYS = 35
"""More days than a month shows have no suggestions, because one search would not find them."""
FRESH_SECONDS = 300
FAILED_SECONDS = 60
SPRINT_SECONDS = 60
NO_SPRINTS_SECONDS = 3600
"""The time without questions about sprints after Jira refused one: it has no Jira Software, or not for this person."""
ACCEPTED_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class ReadActivity:
    """The viewer's activity, by a read that began at ``read_at``."""

    activity: Activity
    read_at: datetime


class MarkStore(Protocol):
    """The part of SettingsStore that stores dismissed suggestions."""

    def change_dismissed(self, account_id: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        """See SettingsStore."""


def mark_key(signing_key: str, site: str, account_id: str) -> bytes:
    """Return the key of the marks of a person's suggestions."""
    return hmac.new(signing_key.encode(), f"suggestion:{site}:{account_id}".encode(), sha256).digest()


def cached_activity(context: ViewerContext, span: DateSpan) -> Activity | None:
    """Return what the viewer did in ``span``; None if Jira has not been asked."""
    if len(span) > MOST_DAYS:
        return Activity()
    found = context.cache.get(_key(context, span))
    return found.activity if isinstance(found, ReadActivity) else None


def read_activity(context: ViewerContext, span: DateSpan) -> Activity:
    """Return what the viewer did in ``span``, read with one call; nothing for a minute after a failure.

    If today is among the days, a parallel second call reads their issues in open sprints. Then Jira is asked which of
    the issues take no time from the viewer; these are left out.
    """
    cached = cached_activity(context, span)
    if cached is not None:
        return cached
    now = context.clock()
    today = work_date(now, context.zone) in span
    if today:
        context.jira.begin(partial(_sprint_issues, context))
    try:
        found, seconds = context.jira.read_activity(context.viewer, span, context.zone), FRESH_SECONDS
    except TimesheetError:
        found, seconds = Activity(), FAILED_SECONDS
    if today:
        found = with_sprint(found, _sprint_issues(context), now, context.zone)
    remember_issues(context, found.issues.values())
    locked = read_row_locks(context, list(found.issues.values())) if found.actions else {}
    found = replace(found, actions=tuple(one for one in found.actions if one.issue_id not in locked))
    read = ReadActivity(found, now)
    return keep_newest(context.cache, _key(context, span), read, context.clock(), seconds).activity


def forget_activity(context: ViewerContext, span: DateSpan) -> None:
    """Read again what the viewer did, the next time it is shown."""
    context.cache.delete(_key(context, span))


def _sprint_issues(context: ViewerContext) -> tuple[Issue, ...]:
    """Return the viewer's issues in progress in open sprints; nothing if Jira has no sprints or does not answer."""
    if context.cache.get(_no_sprints(context)):
        return ()
    found: tuple[Issue, ...] = context.cache.get_or_create(
        context.key("sprint-issues"), lambda: _read_sprint_issues(context), SPRINT_SECONDS
    )
    return found


def _read_sprint_issues(context: ViewerContext) -> tuple[Issue, ...]:
    try:
        return tuple(context.jira.read_sprint_issues())
    except InvalidInput:
        context.cache.put(_no_sprints(context), True, NO_SPRINTS_SECONDS)
    except TimesheetError:
        pass
    return ()


def _no_sprints(context: ViewerContext) -> str:
    return f"{context.site}:no-sprints:{context.viewer}"


def suggestions_of(
    context: ViewerContext,
    sheet: Sheet,
    activity: Activity,
    meetings: Iterable[Meeting],
    dismissed: Iterable[str],
    key: bytes,
    *,
    closed: bool = False,
) -> dict[date, tuple[Suggestion, ...]]:
    """Return the suggestions for the days of the viewer's own sheet; only if ``closed``, also those of closed days.

    ``key`` is that of the viewer's marks.
    """
    rooms = [
        DayRoom(
            day.date,
            day.expected,
            sheet.logged(index),
            frozenset(row.issue.id for row in sheet.rows if row.cells[index]),
        )
        for index, day in enumerate(sheet.days)
    ]
    worklogs = [
        worklog for row in sheet.rows for cell in row.cells for worklog in (cell.worklogs if cell else ())
    ]
    logged = {(worklog.issue_id, worklog.started) for worklog in worklogs}
    found = suggest(key, rooms, activity, tuple(meetings), context.zone, frozenset(dismissed), logged)
    if closed:
        return found
    open_ones = {day: tuple(one for one in some if not _closed(context, one)) for day, some in found.items()}
    return {day: some for day, some in open_ones.items() if some}


def accept(context: ViewerContext, command: AcceptSuggestion) -> WriteResult:
    """Log the worklog of a suggestion once, even if it is accepted twice, in two tabs, or after a lost answer.

    The key of the write is that of the suggestion, and after an undo that of its next try. Raise InvalidInput
    if the dialog has to ask for a value.
    """
    name = context.key("suggestion", command.mark)
    with context.cache.turn(name):
        tries: tuple[int, ...] = context.cache.get(name) or ()
        entry = command.entry
        if any(worklog.id in tries for worklog in own_worklogs(context, entry.day, entry.issue_id)):
            return unchanged()
        key = f"suggestion-{command.mark}-{len(tries)}"
        saved = log_time(context, replace(entry, key=key))
        if saved.worklog:
            context.cache.put(name, (*tries, saved.worklog.id), ACCEPTED_SECONDS)
        return saved


def dismiss(context: ViewerContext, settings: MarkStore, command: DismissSuggestion) -> None:
    """Never suggest this again to the viewer."""
    settings.change_dismissed(context.viewer, partial(with_mark, mark=command.mark))


def _closed(context: ViewerContext, one: Suggestion) -> bool:
    if one.issue is None:
        return bool(context.lock.closed(context.viewer, DateSpan(one.day, one.day)).whole(one.day))
    return bool(context.closed_at(one.issue, one.day, one.started))


def _key(context: ViewerContext, span: DateSpan) -> str:
    return context.key("activity", span.first, span.last, context.zone.key)
