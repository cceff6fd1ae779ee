"""The current version of a worklog: a write never replaces a version that the person who writes has not seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from timesheet.domain.duration import format_hm
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.message import Message, Seconds, message
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.issue import NO_ISSUE
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.change_log import suspect_windows
from timesheet.services.snapshot.issue import cached_issues
from timesheet.services.snapshot.own import read_worklog
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.lost_write import (
    changed_by_lost_write,
    deleted_by_lost_write,
    recognize,
)
from timesheet.services.worklog.safeguard.seen import SeenWorklog

GONE = message(
    "This worklog is no longer in Jira, or Jira hides it from you. Reload to see what is there now."
)
NEWER = message("This worklog was changed in the meantime: it is {theirs} now, and you entered {yours}.")
NEWER_ALONE = message("This worklog was changed in the meantime: it is {theirs} now.")
SAME_TIME = message(
    "This worklog was changed in the meantime. The time is {time}, as you entered, and "
    "the comment is “{comment}” now."
)
SAME_TIME_ALONE = message(
    "This worklog was changed in the meantime. The time is {time}, as you entered, and "
    "there is no comment now."
)
MOVED = message("This worklog was moved to {day} in the meantime. Its {time} counts there now.")
LONGEST_SHOWN = 200


@dataclass(eq=False, kw_only=True)
class Gone(Conflict):
    """The worklog no longer exists in Jira; ``by_viewer``: their own deletion removed it, but its response was lost."""

    by_viewer: bool


def current_worklog(
    context: ViewerContext,
    issue_id: int,
    seen: SeenWorklog,
    yours: str,
    tried: Iterable[str] = (),
    day: date | None = None,
) -> Worklog:
    """Return the current worklog from Jira. Raise Conflict if it is not what the browser saw.

    ``day`` is the one on which the browser saw it, None if that is not known.

    A change by the viewer's own lost write is not a conflict: ``tried`` are the keys whose responses never
    reached the browser. Raise what ``read_unless_gone`` does.
    """
    theirs = read_unless_gone(context, issue_id, seen.worklog_id)
    if theirs.updated != seen.updated:
        recognize(context, theirs)
        if not (changed_by_lost_write(context, theirs, seen.updated) or _wrote(context, theirs, tried)):
            duration = format_hm(theirs.seconds)
            moved = day is not None and theirs.day != day
            sentence = (
                message(MOVED, day=theirs.day, time=Seconds(theirs.seconds))
                if moved
                else newer(theirs, yours)
            )
            raise Conflict(sentence, theirs=duration, current=theirs)
    return theirs


def read_unless_gone(context: ViewerContext, issue_id: int, worklog_id: int) -> Worklog:
    """Return a worklog from Jira. Raise Gone if it no longer exists, NotFound if Jira does not show its issue."""
    try:
        return read_worklog(context, issue_id, worklog_id)
    except NotFound as error:
        suspect_windows(context.own_cache, [(worklog_id, context.clock())])
        by_viewer = deleted_by_lost_write(context, issue_id, worklog_id)
        if not by_viewer:
            _require_shown(context, issue_id)
        raise Gone(GONE, by_viewer=by_viewer) from error


def _require_shown(context: ViewerContext, issue_id: int) -> None:
    """Raise NotFound if Jira does not show an issue: a worklog that is not found there may still exist."""
    try:
        context.jira.read_issue(str(issue_id))
    except NotFound:
        for issue in cached_issues(context, [issue_id]):
            raise NotFound(message(NO_ISSUE, id_or_key=issue.key)) from None
        raise


def newer(theirs: Worklog, yours: str) -> Message:
    """Return the sentence about a worklog that somebody changed meanwhile; it names the comment if the times agree.

    ``yours`` is empty if the person did not type a time.
    """
    time = format_hm(theirs.seconds)
    if not yours:
        return message(NEWER_ALONE, theirs=time)
    if time != yours:
        return message(NEWER, theirs=time, yours=yours)
    comment = " ".join(adf_to_text(theirs.comment).split())
    if not comment:
        return message(SAME_TIME_ALONE, time=time)
    return message(SAME_TIME, comment=shorten(comment, LONGEST_SHOWN, placeholder="…"), time=time)


def _wrote(context: ViewerContext, worklog: Worklog, keys: Iterable[str]) -> bool:
    """Return True if this version of a worklog came from a write with one of these keys."""
    version = SeenWorklog(worklog.id, worklog.updated)
    return any(context.cache.get(context.key("wrote", key)) == version for key in keys)
