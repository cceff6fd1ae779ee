"""Move a worklog to another issue: create the new one first, then delete the old one."""

from __future__ import annotations

from dataclasses import replace

from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogDraft
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.estimate import undone_estimate
from timesheet.services.worklog.safeguard.lost_write import lost_move, moved_twice
from timesheet.services.worklog.write import write_new, write_removal
from timesheet.services.worklog.write_result import WriteResult

NOT_YOURS = message(
    "In Jira every worklog belongs to its author, so only its author can move it to another issue."
)
RESTRICTED = message("This worklog is visible to some people only: move it in Jira to keep it that way.")


def carry_over(
    context: ViewerContext,
    before: Worklog,
    draft: WorklogDraft,
    notes: list[str],
    old_estimate: EstimateChange,
) -> WriteResult:
    """Create ``draft`` on its issue and delete ``before``. Raise InvalidInput if it cannot be moved completely.

    Jira has no operation to move one's own worklog. ``old_estimate`` is for the issue that the worklog
    leaves.
    """
    if before.author != context.viewer:
        raise InvalidInput(NOT_YOURS)
    if before.restricted:
        raise InvalidInput(RESTRICTED)
    # Checked before the new one is created, because otherwise it would have to be deleted again.
    issue = get_issue(context, before.issue_id)
    context.lock.check(before.author, issue, {before.day}, [before.started], before.id)
    if moved := lost_move(
        context, before, context.journal.unfinished_near(before.issue_id, context.viewer), draft
    ):
        raise moved_twice(before, moved)
    draft = replace(draft, properties={**(before.properties or {}), **draft.properties})
    made = write_new(context, draft, notes, {"moved_from": before.id})
    removal = _remove_old(context, before, made, old_estimate, draft.key)
    return replace(
        made,
        days=tuple(sorted({*made.days, *removal.days})),
        issues=(*removal.issues, *made.issues),
        steps=(*made.steps, *removal.steps),
    )


def _remove_old(
    context: ViewerContext, before: Worklog, new: WriteResult, estimate: EstimateChange, key: str
) -> WriteResult:
    """Delete the old worklog; if Jira refuses to, delete the new one again and raise the refusal.

    Then nothing was made with this ``key``, so that the same form can be sent again.
    """
    [step] = new.steps
    made = step.worklog
    try:
        return write_removal(context, before, estimate)
    except (JiraUnavailable, NotFound) as error:
        # The old one may be gone, so deleting the new one might lose the time.
        raise moved_twice(before, made) from error
    except TimesheetError as error:
        try:
            back, _ = undone_estimate(context, step)
            write_removal(context, made, back)
        except TimesheetError:
            raise moved_twice(before, made) from error
        for intent in context.journal.keyed(context.viewer, key):
            if intent.made == made.id:
                context.journal.drop(intent)
        raise
