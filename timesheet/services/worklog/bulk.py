"""Change many worklogs, own ones and those of managed members, one after the other; bulk_plan.py says what will happen.

Jira has no operation for many worklogs, and each write takes as long as one from the dialog. So a call works
for a while and stops; the next call with the same key continues with the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.bulk_plan import attribute_refusal, read_chosen
from timesheet.services.worklog.command import (
    BulkAction,
    BulkEdit,
    Chosen,
    DeleteWorklog,
    MoveWorklog,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, move_worklog
from timesheet.services.worklog.write_result import NOTHING_TO_DELETE, WriteResult

FORGOTTEN = message("The progress is no longer available. The sheet shows what was changed.")
CACHE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class BulkProgress:
    """The results for the chosen worklogs so far, by id: the writes, and the sentence for each that was refused.

    ``trouble`` is why Jira cannot be asked for the rest now, and ``stopped_at`` the worklog at which that happened;
    ``unsure`` says that Jira may have changed it, because the answer was lost.
    """

    saved: tuple[tuple[int, WriteResult], ...] = ()
    failed: tuple[tuple[int, str], ...] = ()
    trouble: str = ""
    stopped_at: int | None = None
    unsure: bool = False

    @property
    def finished(self) -> frozenset[int]:
        """Return the worklogs that need not be tried again."""
        return frozenset(worklog_id for worklog_id, _ in (*self.saved, *self.failed))

    @property
    def writes(self) -> tuple[WriteResult, ...]:
        """Return the writes that changed something, in order."""
        return tuple(saved for _, saved in self.saved if saved.changed)


def apply_bulk(context: ViewerContext, edit: BulkEdit, enough: Callable[[], bool]) -> BulkProgress:
    """Change the chosen worklogs that are not finished yet, until it is ``enough``; one refusal does not stop the rest.

    Each is checked again when it is written. If Jira stops responding, the rest is not tried now.
    """
    name = context.key("bulk", edit.key)
    with context.cache.turn(name):
        progress = bulk_progress(context, edit)
        remaining = [one for one in edit.chosen if one.seen.worklog_id not in progress.finished]
        worklogs = read_chosen(context, edit)[1] if remaining and edit.value else {}
        for one in remaining:
            number = one.seen.worklog_id
            try:
                saved = _change(context, edit, one, worklogs.get(number))
                progress = replace(progress, saved=(*progress.saved, (number, saved)))
            except JiraUnavailable as error:
                return replace(progress, trouble=error.sentence, stopped_at=number, unsure=error.wrote_maybe)
            except TimesheetError as error:
                progress = replace(progress, failed=(*progress.failed, (number, error.sentence)))
            context.cache.put(name, progress, CACHE_SECONDS)
            if enough():
                break
        return progress


def bulk_progress(context: ViewerContext, edit: BulkEdit) -> BulkProgress:
    """Return what earlier calls with this key did."""
    found = context.cache.get(context.key("bulk", edit.key))
    return found if isinstance(found, BulkProgress) else BulkProgress()


def stop_bulk(context: ViewerContext, edit: BulkEdit) -> BulkProgress:
    """Stop the change. Wait for a call in progress to end its part, and return what was done.

    Raise Conflict if that is no longer known.
    """
    with context.cache.turn(context.key("bulk", edit.key)):
        progress = bulk_progress(context, edit)
        if not progress.finished:
            raise Conflict(FORGOTTEN)
        return progress


def _change(context: ViewerContext, edit: BulkEdit, chosen: Chosen, worklog: Worklog | None) -> WriteResult:
    """Change one worklog; ``worklog`` is its last known state, if it gets the value of an attribute."""
    key = f"{edit.key}-{chosen.seen.worklog_id}"
    if edit.action is BulkAction.DELETE:
        saved = delete_worklog(context, DeleteWorklog(chosen.issue_id, chosen.seen, key, final=edit.final))
        if not saved.changed:
            raise NotFound(NOTHING_TO_DELETE)
        return saved
    if edit.typed is not None:
        if worklog and (why := attribute_refusal(context, edit, worklog)):
            raise InvalidInput(why)
        return change_worklog(context, WorklogEdit(chosen.issue_id, chosen.seen, key, attributes=edit.typed))
    change = WorklogEdit(chosen.issue_id, chosen.seen, key, day=edit.day)
    return move_worklog(context, MoveWorklog(change, edit.issue_id or chosen.issue_id))
