"""Find out what became of writes that Jira did not answer, before the same thing is written again.

An existing worklog proves that it was written. A missing worklog proves nothing while the write may still
arrive. `idempotency` lists this guard among the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Values
from timesheet.domain.duration import MINUTE
from timesheet.domain.errors import JiraUnavailable, NotFound
from timesheet.domain.jira_time import work_date
from timesheet.domain.message import message
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import WorklogDraft
from timesheet.services.ports.journal import Intent
from timesheet.services.snapshot.change import WorklogState
from timesheet.services.snapshot.change_log import note_changes
from timesheet.services.snapshot.issue import remember_issue
from timesheet.services.snapshot.lost_time import note_own_deletion
from timesheet.services.viewer.context import ViewerContext

UNDER_WAY = timedelta(minutes=3)
"""The time within which a write that Jira did not answer may still arrive: half a minute for the try, a minute
and a half for reading what became of it, and as long as a proxy may hold a write whose connection is gone."""
UNSURE = message(
    "The same request is being answered already, or its answer was lost, so the time may or may "
    "not be saved. Try again in a few minutes: nothing is saved twice."
)
ON_ITS_WAY = message(
    "Jira has not answered an earlier change of this worklog, so nothing more was sent. Try "
    "again in a few minutes: nothing is saved twice."
)
MOVED_TWICE = message(
    "The time is on the new issue (worklog {new}), but the old worklog {old} may still be there. "
    "Reload, and delete one of them if you see both."
)


def _is_work_of(intent: Intent, worklog: Worklog) -> bool:
    """Return True if a worklog is as the write was to leave it. A comment that was set cannot be compared."""
    started = intent.wanted.get("started")
    return (
        "comment" not in intent.wanted
        and worklog.seconds == intent.wanted.get("seconds", intent.before.get("seconds"))
        and (not isinstance(started, str) or worklog.started == datetime.fromisoformat(started))
    )


def may_arrive(context: ViewerContext, intent: Intent) -> bool:
    """Return True if Jira may still carry out a write that it has not answered."""
    return context.clock() - intent.at < UNDER_WAY


def lost_creations(context: ViewerContext, issue_id: int, day: date, tried: Iterable[str]) -> list[Worklog]:
    """Return the worklogs that the viewer's unanswered writes created on one issue and day, recorded and current.

    ``tried`` are keys of writes that were answered but whose response did not reach the browser. Raise
    JiraUnavailable while one may still arrive.
    """
    unfinished = [
        *_own_creations(context, issue_id),
        *(i for key in tried for i in context.journal.keyed(context.viewer, key)),
    ]
    here = {
        intent.id: intent
        for intent in unfinished
        if intent.issue_id == issue_id and _day(context, intent) == day
    }
    found = (find_created(context, intent) for intent in here.values())
    return [worklog for worklog in found if worklog]


def lost_duplicate(context: ViewerContext, draft: WorklogDraft) -> Worklog | None:
    """Return the result of an unanswered write of the same time on the same issue; the draft is not needed then."""
    own = _own_creations(context, draft.issue_id)
    duplicates = [intent for intent in own if intent.write_key != draft.key and _makes(intent, draft)]
    return next(filter(None, (find_created(context, intent) for intent in duplicates)), None)


def lost_form(context: ViewerContext, key: str) -> Worklog | None:
    """Return the worklog that an earlier try of the same form created, whatever the form contained then."""
    tries = context.journal.keyed(context.viewer, key)
    return next(filter(None, (find_created(context, intent) for intent in tries)), None)


def lost_move(
    context: ViewerContext, worklog: Worklog, unfinished: Sequence[Intent], draft: WorklogDraft | None = None
) -> Worklog | None:
    """Return what an unanswered move of this worklog created, unless ``draft`` creates the same.

    ``unfinished`` are the open intents near it. Raise JiraUnavailable while the move may still arrive, because the time
    would exist twice.
    """
    moves = (
        i for i in unfinished if i.account_id == context.viewer and i.more.get("moved_from") == worklog.id
    )
    others = (
        intent
        for intent in moves
        if intent.action is Action.WORKLOG_CREATED and (draft is None or not _makes(intent, draft))
    )
    waiting = ON_ITS_WAY if draft is None else UNSURE
    return next(filter(None, (find_created(context, intent, waiting) for intent in others)), None)


def require_not_moved(context: ViewerContext, worklog: Worklog, unfinished: Sequence[Intent]) -> None:
    """Raise JiraUnavailable if an unanswered move of this worklog has arrived on another issue, or still may."""
    if moved := lost_move(context, worklog, unfinished):
        raise moved_twice(worklog, moved)


def moved_twice(old: Worklog, new: Worklog) -> JiraUnavailable:
    """Return the error for a move of which the new worklog exists and the old one may exist too."""
    return JiraUnavailable(message(MOVED_TWICE, old=old.id, new=new.id), wrote_maybe=True)


def find_created(context: ViewerContext, intent: Intent, waiting: str = UNSURE) -> Worklog | None:
    """Return the worklog that an announced write created, if it is unchanged; it is recorded and added to the sheet.

    None if it never arrived, was changed since, or is gone. Raise JiraUnavailable with the sentence ``waiting``
    while it may still arrive.
    """
    if intent.made:
        try:
            made = context.jira.read_worklog(intent.issue_id, intent.made, context.own_zones)
        except NotFound:
            return None
        return made if _is_work_of(intent, made) else None
    draft = WorklogDraft(intent.issue_id, intent.started or intent.at, 0, intent.write_key)
    found = context.jira.find_worklog(draft, context.own_zones)
    if found is None:
        if may_arrive(context, intent):
            raise JiraUnavailable(waiting, wrote_maybe=True)
        return None
    context.journal.finish(intent.settled(), found)
    recognize(context, found)
    return found if _is_work_of(intent, found) else None


def recognize(context: ViewerContext, worklog: Worklog) -> Issue:
    """Apply a worklog from Jira to the sheet, and return its current issue."""
    issue = context.jira.read_issue(str(worklog.issue_id))
    remember_issue(context, issue)
    note_changes(context.own_cache, [WorklogState(worklog.id, worklog, context.clock(), issue)])
    return issue


def lost_changes(
    context: ViewerContext, issue_id: int, worklog_id: int, unfinished: Sequence[Intent] | None = None
) -> list[Intent]:
    """Return the viewer's own changes and deletion of a worklog that were not answered.

    ``unfinished`` are the open intents near it, if they have been read already.
    """
    unfinished = context.journal.unfinished_on(issue_id) if unfinished is None else unfinished
    return [i for i in unfinished if i.account_id == context.viewer and i.worklog_id == worklog_id]


def require_arrived(
    context: ViewerContext,
    worklog: Worklog,
    same: Callable[[Intent], bool] = lambda _: False,
    unfinished: Sequence[Intent] | None = None,
) -> None:
    """Raise JiraUnavailable while an unanswered write of the viewer may still change this worklog.

    ``same``: repeating that write does no harm. ``unfinished`` are the open intents near it, if read already.
    """
    for intent in lost_changes(context, worklog.issue_id, worklog.id, unfinished):
        if intent.updated == worklog.updated and may_arrive(context, intent) and not same(intent):
            raise JiraUnavailable(ON_ITS_WAY, wrote_maybe=True)


def is_repeated(intent: Intent, action: Action, expected: Values) -> bool:
    """Return True if a write sets the same values as an earlier one."""
    return intent.action is action and dict(intent.wanted) == dict(expected)


def changed_by_lost_write(context: ViewerContext, worklog: Worklog, seen_updated: object) -> bool:
    """Return True if a worklog differs from what the browser saw only by the viewer's own unanswered change."""
    return any(
        intent.action is Action.WORKLOG_CHANGED
        and intent.updated == seen_updated
        and _is_work_of(intent, worklog)
        for intent in lost_changes(context, worklog.issue_id, worklog.id)
    )


def deleted_by_lost_write(context: ViewerContext, issue_id: int, worklog_id: int) -> bool:
    """Return True if the viewer's own unanswered deletion removed a worklog that is gone; it is recorded then."""
    lost = [i for i in lost_changes(context, issue_id, worklog_id) if i.action is Action.WORKLOG_DELETED]
    for intent in lost:
        context.journal.finish(intent.settled(), None)
    if lost:
        # First, because the issue may be gone too.
        note_own_deletion(context.own_cache, issue_id, worklog_id, context.clock())
        issue = context.jira.read_issue(str(issue_id))
        remember_issue(context, issue)
        note_changes(context.own_cache, [WorklogState(worklog_id, None, context.clock(), issue)])
    return bool(lost)


def settle_earlier(
    context: ViewerContext, worklog: Worklog, unfinished: Sequence[Intent] | None = None
) -> None:
    """Record open writes of a worklog that is about to change, so its events are in order.

    Of several changes only the newest is recorded: each would name the difference between what was there before all of
    them and what is there now. A deletion has not happened, because the worklog is there. ``unfinished`` are the open
    intents near it, if they have been read already.
    """
    unfinished = context.journal.unfinished_on(worklog.issue_id) if unfinished is None else unfinished
    newest: Intent | None = None
    for intent in (intent for intent in unfinished if intent.issue_id == worklog.issue_id):
        if intent.worklog_id == worklog.id:
            if intent.action is Action.WORKLOG_CHANGED and intent.updated != worklog.updated:
                newest = intent
        elif intent.worklog_id is None and (intent.account_id, intent.started) == (
            worklog.author,
            worklog.started,
        ):
            draft = WorklogDraft(intent.issue_id, worklog.started, 0, intent.write_key)
            made = context.jira.find_worklog(draft, context.zones_of([worklog.author]))
            if made and made.id == worklog.id:
                context.journal.finish(intent.settled(), made)
    if newest:
        context.journal.finish(newest.settled(), worklog)


def _own_creations(context: ViewerContext, issue_id: int) -> list[Intent]:
    unfinished = context.journal.unfinished_on(issue_id)
    return [i for i in unfinished if i.account_id == context.viewer and i.action is Action.WORKLOG_CREATED]


def _makes(intent: Intent, draft: WorklogDraft) -> bool:
    """Return True if a write creates the same time on the same issue as a draft."""
    apart = abs((intent.started - draft.started).total_seconds()) if intent.started else MINUTE
    return (
        intent.issue_id == draft.issue_id and intent.wanted.get("seconds") == draft.seconds and apart < MINUTE
    )


def _day(context: ViewerContext, intent: Intent) -> date | None:
    return work_date(intent.started, context.zone) if intent.started else None
