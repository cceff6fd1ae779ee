"""Change many worklogs at once, own ones and those of managed members: a plan with verdicts, then one after the other.

Jira has no operation for many worklogs, and each write takes as long as one from the dialog. So a call works
for a while and stops; the next call with the same key continues with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.jira_time import moved_to
from timesheet.domain.message import message
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.right import DELETE, EDIT, Right, lacking
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.issue import known_issue, known_issues
from timesheet.services.snapshot.own import read_listed, snapshot_at, zone_of
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.snapshot.worklog_right import Rights, worklog_rights
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import changed_properties
from timesheet.services.worklog.command import (
    BulkAction,
    BulkEdit,
    Chosen,
    DeleteWorklog,
    MoveWorklog,
    WorklogEdit,
)
from timesheet.services.worklog.log import change_worklog, delete_worklog, move_worklog
from timesheet.services.worklog.move import NOT_YOURS, RESTRICTED
from timesheet.services.worklog.undo import lost_by_deleting
from timesheet.services.worklog.write_result import WriteResult

CACHE_SECONDS = 900
CHANGED = message("It was changed or deleted in the meantime.")
THERE = message("It is already there.")
SAME = message("It has this value already.")
NOT_OFFERED = message("Work of this person is not logged with this attribute on that day.")

_NEEDED: Mapping[BulkAction, tuple[Right, Right]] = {
    BulkAction.MOVE_TO_DAY: EDIT,
    BulkAction.SET_ATTRIBUTE: EDIT,
    # Moving a worklog to another issue deletes it on the issue that it leaves.
    BulkAction.MOVE_TO_ISSUE: DELETE,
    BulkAction.DELETE: DELETE,
}


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One chosen worklog and its issue, as they were last read; None if it is gone.

    ``skip`` says why it stays as it is, empty if it changes.
    """

    chosen: Chosen
    worklog: Worklog | None
    issue: Issue
    skip: str = ""

    def lost(self, context: ViewerContext) -> str:
        """Return why it could not be restored after it is deleted; empty if it can."""
        if self.worklog is None:
            return ""
        # Properties of other apps are not cached. They are read when the worklog is deleted.
        return lost_by_deleting(context, replace(self.worklog, properties=self.worklog.properties or {}))


@dataclass(frozen=True, slots=True)
class BulkProgress:
    """The results for the chosen worklogs so far, by id: the writes, and the sentence for each that was refused.

    ``trouble`` is why Jira cannot be asked for the rest now; ``unsure`` says that it may have carried out the last
    write, whose answer was lost.
    """

    saved: tuple[tuple[int, WriteResult], ...] = ()
    failed: tuple[tuple[int, str], ...] = ()
    trouble: str = ""
    unsure: bool = False

    @property
    def known(self) -> frozenset[int]:
        """Return the worklogs that need not be tried again."""
        return frozenset(worklog_id for worklog_id, _ in (*self.saved, *self.failed))

    @property
    def writes(self) -> tuple[WriteResult, ...]:
        """Return the writes that changed something, in order."""
        return tuple(saved for _, saved in self.saved if saved.changed)


def plan_bulk(context: ViewerContext, edit: BulkEdit) -> tuple[BulkLine, ...]:
    """Return each chosen worklog with its verdict, by start; the plan changes nothing."""
    issues, worklogs = _read(context, edit)
    lines = [BulkLine(one, worklogs.get(one.seen.worklog_id), issues[one.issue_id]) for one in edit.chosen]
    found = [line.worklog for line in lines if line.worklog]
    target = known_issue(context, edit.issue_id) if edit.issue_id else None
    moved = [_moved(context, edit, worklog) for worklog in found]
    ground = _Ground(
        target,
        _locked(context, [*issues.values(), *([target] if target else [])]),
        _closed(context, found, issues),
        _closed(context, moved, {target.id: target} if target else issues),
        context.lock.unmanaged(
            [(one, {one.day, there.day}) for one, there in zip(found, moved, strict=True)], issues
        ),
        worklog_rights(context, {worklog.issue_id for worklog in found}),
    )
    judged = (replace(line, skip=_skip(context, edit, line, ground)) for line in lines)
    return tuple(sorted(judged, key=_by_start))


def fixed_worklogs(
    context: ViewerContext, worklogs: Collection[Worklog], issues: Mapping[int, Issue]
) -> Mapping[int, str]:
    """Return by id why the viewer cannot change a worklog of a list at all; those that can change are left out."""
    unmanaged = context.lock.unmanaged([(worklog, {worklog.day}) for worklog in worklogs], issues)
    closed = _closed(context, worklogs, issues)
    rights = worklog_rights(context, {worklog.issue_id for worklog in worklogs})
    judged = {
        worklog.id: unmanaged.get(worklog.id)
        or closed[worklog.author].of_worklog(worklog, issues[worklog.issue_id])
        or _not_permitted(context, worklog, issues[worklog.issue_id], rights, (EDIT, DELETE))
        for worklog in worklogs
    }
    return {number: why for number, why in judged.items() if why}


def apply_bulk(context: ViewerContext, edit: BulkEdit, enough: Callable[[], bool]) -> BulkProgress:
    """Change the chosen worklogs that are not known yet, until it is ``enough``; one refusal does not stop the rest.

    Each is checked again when it is written. If Jira stops responding, the rest is not tried now.
    """
    name = context.key("bulk", edit.key)
    with context.cache.turn(name):
        progress = bulk_progress(context, edit)
        left = [one for one in edit.chosen if one.seen.worklog_id not in progress.known]
        worklogs = _read(context, edit)[1] if left and edit.value else {}
        for one in left:
            number = one.seen.worklog_id
            try:
                saved = _change(context, edit, one, worklogs.get(number))
                progress = replace(progress, saved=(*progress.saved, (number, saved)))
            except JiraUnavailable as error:
                return replace(progress, trouble=error.sentence, unsure=error.wrote_maybe)
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
    """Stop the change. Wait for a call in progress to end its part, and return what was done."""
    with context.cache.turn(context.key("bulk", edit.key)):
        return bulk_progress(context, edit)


@dataclass(frozen=True, slots=True)
class _Ground:
    """The facts that decide about the chosen worklogs.

    ``locked`` says by issue why it takes no new time of the viewer. ``here`` and ``there`` are the closed days by
    author, where the worklogs are and where they are to be. ``unmanaged`` says by id why the viewer may
    not change somebody else's, ``rights`` by issue what Jira permits.
    """

    target: Issue | None
    locked: Mapping[int, RowLock]
    here: Mapping[str, ClosedDays]
    there: Mapping[str, ClosedDays]
    unmanaged: Mapping[int, str]
    rights: Rights


def _change(context: ViewerContext, edit: BulkEdit, chosen: Chosen, worklog: Worklog | None) -> WriteResult:
    """Change one worklog; ``worklog`` is its last known state, if it gets the value of an attribute."""
    key = f"{edit.key}-{chosen.seen.worklog_id}"
    if edit.action is BulkAction.DELETE:
        return delete_worklog(context, DeleteWorklog(chosen.issue_id, chosen.seen, key, final=edit.final))
    if edit.typed is not None:
        if worklog and (why := _unusable(context, edit, worklog)):
            raise InvalidInput(why)
        return change_worklog(context, WorklogEdit(chosen.issue_id, chosen.seen, key, attributes=edit.typed))
    change = WorklogEdit(chosen.issue_id, chosen.seen, key, day=edit.day)
    return move_worklog(context, MoveWorklog(change, edit.issue_id or chosen.issue_id))


def _read(context: ViewerContext, edit: BulkEdit) -> tuple[Mapping[int, Issue], Mapping[int, Worklog]]:
    """Return the issues, and the chosen worklogs by id: from the cached sheet, or from Jira without one."""
    issue_of = {one.seen.worklog_id: one.issue_id for one in edit.chosen}
    ids = list(dict.fromkeys(issue_of.values()))
    if edit.span:
        snapshot = snapshot_at(context, edit.span)
        found, known = snapshot.worklogs, snapshot.issues
        issues = {number: known.get(number) or known_issue(context, number) for number in ids}
    else:
        found = tuple(read_listed(context, list(issue_of)))
        listed = {issue.id: issue for issue in known_issues(context, ids)}
        issues = {number: issue_in(listed, number) for number in ids}
    return issues, {one.id: one for one in found if issue_of.get(one.id) == one.issue_id}


def _closed(
    context: ViewerContext, worklogs: Iterable[Worklog], issues: Mapping[int, Issue]
) -> Mapping[str, ClosedDays]:
    """Return the closed days of the authors of these worklogs."""
    of_author: dict[str, list[Worklog]] = {}
    for worklog in worklogs:
        of_author.setdefault(worklog.author, []).append(worklog)
    return {
        author: context.lock.closed(
            author,
            DateSpan(min(one.day for one in own), max(one.day for one in own)),
            list(issues.values()),
            own,
            zone_of(context, author),
        )
        for author, own in of_author.items()
    }


def _locked(context: ViewerContext, issues: Sequence[Issue]) -> Mapping[int, RowLock]:
    """Return on which of these issues Jira takes no new time of the viewer."""
    return read_row_locks(context, list({issue.id: issue for issue in issues}.values()))


def _frozen(line: BulkLine, ground: _Ground) -> str:
    """Return why no time of an issue can change, whoever logged it; new time may be refused for other reasons."""
    lock = ground.locked.get(line.issue.id)
    return lock.sentence(line.issue) if lock is RowLock.WORKFLOW else ""


def _moved(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> Worklog:
    """Return the worklog after its move."""
    if edit.day:
        started = moved_to(worklog.started, edit.day, zone_of(context, worklog.author)).instant
        return replace(worklog, day=edit.day, started=started)
    return replace(worklog, issue_id=edit.issue_id) if edit.issue_id else worklog


def _skip(context: ViewerContext, edit: BulkEdit, line: BulkLine, ground: _Ground) -> str:
    """Return why a worklog stays as it is."""
    worklog = line.worklog
    if worklog is None or worklog.updated != line.chosen.seen.updated:
        return CHANGED
    return (
        ground.unmanaged.get(worklog.id)
        or ground.here[worklog.author].of_worklog(worklog, line.issue)
        or _frozen(line, ground)
        or _foreign(context, edit, worklog)
        or _not_permitted(context, worklog, line.issue, ground.rights, (_NEEDED[edit.action],))
        or _of_action(context, edit, line, worklog, ground)
    )


def _foreign(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> str:
    to_issue = edit.action is BulkAction.MOVE_TO_ISSUE
    return NOT_YOURS if to_issue and worklog.author != context.viewer else ""


def _of_action(
    context: ViewerContext, edit: BulkEdit, line: BulkLine, worklog: Worklog, ground: _Ground
) -> str:
    """Return why this action does not change a worklog that the viewer may change."""
    if edit.action is BulkAction.DELETE:
        return "" if edit.final else line.lost(context)
    if edit.action is BulkAction.SET_ATTRIBUTE:
        return _attribute_skip(context, edit, worklog)
    moved, target = _moved(context, edit, worklog), ground.target
    if (moved.day, moved.issue_id) == (worklog.day, worklog.issue_id):
        return THERE if edit.day or target else ""
    if target and target.id in ground.locked:
        return ground.locked[target.id].sentence(target)
    if target and worklog.restricted:
        return RESTRICTED
    return ground.there[worklog.author].of_worklog(moved, target or line.issue)


def _not_permitted(
    context: ViewerContext,
    worklog: Worklog,
    issue: Issue,
    rights: Rights,
    ways: tuple[tuple[Right, Right], ...],
) -> str:
    """Return which of Jira's permissions is missing to do one of these; empty if Jira was not asked."""
    if worklog.issue_id not in rights:
        return ""
    own = worklog.author == context.viewer
    refusals = [lacking(rights[worklog.issue_id], way, issue, own=own) for way in ways]
    return refusals[0] if all(refusals) else ""


def _attribute_skip(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> str:
    """Return why a worklog keeps its value of the attribute; empty while no attribute is chosen."""
    if edit.typed is None:
        return ""
    if why := _unusable(context, edit, worklog):
        return why
    try:
        return "" if changed_properties(context, worklog, edit.typed, worklog.day) else SAME
    except InvalidInput as error:
        return error.sentence


def _unusable(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> str:
    """Return why this worklog cannot get the value; any value that is not required can be cleared."""
    if not edit.value:
        return ""
    offered = {one.id for one in context.attributes.of(worklog.author, worklog.day)}
    return "" if edit.attribute in offered else NOT_OFFERED


def _by_start(line: BulkLine) -> tuple[date, str, int]:
    worklog = line.worklog
    if worklog is None:
        return date.max, "", line.chosen.seen.worklog_id
    return worklog.day, worklog.started.isoformat(), worklog.id
