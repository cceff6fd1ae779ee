"""Find out what became of the viewer's own writes whose responses were lost.

Jira may have carried out such a write, or may still do it. So the next write on the same cell or worklog
checks first: a worklog created by the lost write is used and never created twice, and nothing is sent that a
late write would undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from timesheet.domain.audit import Values
from timesheet.domain.audit_action import Action
from timesheet.domain.errors import JiraUnavailable, NotFound
from timesheet.domain.issue import Issue
from timesheet.domain.jira_time import work_date
from timesheet.domain.worklog import Worklog
from timesheet.services.ports.jira import WorklogDraft
from timesheet.services.ports.journal import Intent
from timesheet.services.snapshot.change_log import Change, note_changes
from timesheet.services.snapshot.issue import remember_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.journal import UNDER_WAY, UNSURE, is_work_of

MINUTE = 60
ON_ITS_WAY = (
    "An earlier change of this worklog has not been answered yet, so nothing more was sent. "
    "Try again in a few minutes: what was saved by then is found."
)


def may_arrive(context: ViewerContext, intent: Intent) -> bool:
    """Return True if Jira may still carry out a write that it has not answered."""
    return context.clock() - intent.at < UNDER_WAY


def lost_creations(
    context: ViewerContext, issue_id: int, day: date, tried: Iterable[str] = ()
) -> list[Worklog]:
    """Return the worklogs that the viewer's unanswered writes created on one issue and day, recorded and current.

    ``tried`` are keys of writes that were answered but whose response did not reach the browser. Raise
    JiraUnavailable while one may still arrive.
    """
    left = [
        *_own_creations(context, issue_id),
        *(i for key in tried for i in context.journal.keyed(context.viewer, key)),
    ]
    here = {
        intent.id: intent for intent in left if intent.issue_id == issue_id and _day(context, intent) == day
    }
    found = (claimed(context, intent) for intent in here.values())
    return [worklog for worklog in found if worklog]


def lost_twin(context: ViewerContext, draft: WorklogDraft) -> Worklog | None:
    """Return the result of an unanswered write of the same time on the same issue; the draft is not needed then."""
    own = _own_creations(context, draft.issue_id)
    twins = [intent for intent in own if intent.write_key != draft.key and _makes(intent, draft)]
    return next(filter(None, (claimed(context, intent) for intent in twins)), None)


def lost_form(context: ViewerContext, key: str) -> Worklog | None:
    """Return the worklog that an earlier try of the same form created, whatever the form contained then."""
    tries = context.journal.keyed(context.viewer, key)
    return next(filter(None, (claimed(context, intent) for intent in tries)), None)


def lost_move(context: ViewerContext, worklog: Worklog, draft: WorklogDraft) -> Worklog | None:
    """Return what an unanswered move of the same worklog created elsewhere than ``draft`` would.

    Raise JiraUnavailable while it may still arrive, because the time would exist twice.
    """
    moves = context.journal.left_moves(context.viewer, worklog.id)
    others = (intent for intent in moves if not _makes(intent, draft))
    return next(filter(None, (claimed(context, intent) for intent in others)), None)


def claimed(context: ViewerContext, intent: Intent) -> Worklog | None:
    """Return the worklog that an announced write created, if it is unchanged; it is recorded and added to the sheet.

    None if it never arrived, was changed since, or is gone. Raise JiraUnavailable while it may still arrive.
    """
    if intent.made:
        try:
            made = context.jira.read_worklog(intent.issue_id, intent.made, context.zones)
        except NotFound:
            return None
        return made if is_work_of(intent, made) else None
    draft = WorklogDraft(intent.issue_id, intent.started or intent.at, 0, intent.write_key)
    found = context.jira.find_worklog(draft, context.zones)
    if found is None:
        if may_arrive(context, intent):
            raise JiraUnavailable(UNSURE, wrote_maybe=True)
        return None
    context.journal.finish(intent.settled(), found)
    recognize(context, found)
    return found if is_work_of(intent, found) else None


def recognize(context: ViewerContext, worklog: Worklog) -> Issue:
    """Apply a worklog from Jira to the sheet, and return its current issue."""
    issue = context.jira.read_issue(str(worklog.issue_id))
    remember_issue(context, issue)
    note_changes(
        context.cache, context.site, context.viewer, [Change(worklog.id, worklog, context.clock(), issue)]
    )
    return issue


def lost_changes(context: ViewerContext, issue_id: int, worklog_id: int) -> list[Intent]:
    """Return the viewer's own changes and deletion of a worklog that were not answered."""
    left = context.journal.left_on(issue_id)
    return [i for i in left if i.account_id == context.viewer and i.worklog_id == worklog_id]


def require_arrived(
    context: ViewerContext, worklog: Worklog, same: Callable[[Intent], bool] = lambda _: False
) -> None:
    """Raise JiraUnavailable while an unanswered write of the viewer may still change this worklog.

    ``same``: repeating that write does no harm.
    """
    for intent in lost_changes(context, worklog.issue_id, worklog.id):
        if intent.updated == worklog.updated and may_arrive(context, intent) and not same(intent):
            raise JiraUnavailable(ON_ITS_WAY, wrote_maybe=True)


def is_repeated(intent: Intent, action: Action, wanted: Values) -> bool:
    """Return True if a write sets the same values as an earlier one."""
    return intent.action is action and dict(intent.wanted) == dict(wanted)


def changed_by_lost_write(context: ViewerContext, worklog: Worklog, seen_updated: object) -> bool:
    """Return True if a worklog differs from what the browser saw only by the viewer's own unanswered change."""
    return any(
        intent.action is Action.WORKLOG_CHANGED
        and intent.updated == seen_updated
        and is_work_of(intent, worklog)
        for intent in lost_changes(context, worklog.issue_id, worklog.id)
    )


def deleted_by_lost_write(context: ViewerContext, issue_id: int, worklog_id: int) -> bool:
    """Return True if the viewer's own unanswered deletion removed a worklog that is gone; it is recorded then."""
    lost = [i for i in lost_changes(context, issue_id, worklog_id) if i.action is Action.WORKLOG_DELETED]
    for intent in lost:
        context.journal.finish(intent.settled(), None)
    if lost:
        issue = context.jira.read_issue(str(issue_id))
        remember_issue(context, issue)
        note_changes(
            context.cache, context.site, context.viewer, [Change(worklog_id, None, context.clock(), issue)]
        )
    return bool(lost)


def _own_creations(context: ViewerContext, issue_id: int) -> list[Intent]:
    left = context.journal.left_on(issue_id)
    return [i for i in left if i.account_id == context.viewer and i.action is Action.WORKLOG_CREATED]


def _makes(intent: Intent, draft: WorklogDraft) -> bool:
    """Return True if a write creates the same time on the same issue as a draft."""
    apart = abs((intent.started - draft.started).total_seconds()) if intent.started else MINUTE
    return (
        intent.issue_id == draft.issue_id and intent.wanted.get("seconds") == draft.seconds and apart < MINUTE
    )


def _day(context: ViewerContext, intent: Intent) -> date | None:
    return work_date(intent.started, context.zone) if intent.started else None
