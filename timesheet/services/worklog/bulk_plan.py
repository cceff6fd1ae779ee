"""Plan a change of many worklogs: what would happen to each, and why some stay as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from timesheet.domain.duration import day_warning
from timesheet.domain.errors import InvalidInput
from timesheet.domain.jira_time import Start, moved_note, moved_to
from timesheet.domain.message import message
from timesheet.domain.period.closed_day import ClosedDays
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.right import DELETE_RIGHTS, EDIT_RIGHTS, Right, lacking
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.issue import get_issue, get_issues
from timesheet.services.snapshot.own import read_listed, snapshot_at, zone_of
from timesheet.services.snapshot.row_lock import read_row_locks
from timesheet.services.snapshot.worklog_right import Rights, worklog_rights
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import changed_properties
from timesheet.services.worklog.command import BulkAction, BulkEdit, Chosen
from timesheet.services.worklog.move import NOT_YOURS, RESTRICTED
from timesheet.services.worklog.undo import lost_by_deleting
from timesheet.services.worklog.write_result import own_worklogs

CHANGED = message("It was changed or deleted in the meantime.")
THERE = message("It is already there.")
SAME = message("It has this value already.")
NOT_OFFERED = message("Work of this person is not logged with this attribute on that day.")
_NEEDED: Mapping[BulkAction, tuple[Right, Right]] = {
    BulkAction.MOVE_TO_DAY: EDIT_RIGHTS,
    BulkAction.SET_ATTRIBUTE: EDIT_RIGHTS,
    # Moving a worklog to another issue deletes it on the issue that it leaves.
    BulkAction.MOVE_TO_ISSUE: DELETE_RIGHTS,
    BulkAction.DELETE: DELETE_RIGHTS,
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


def plan_bulk(context: ViewerContext, edit: BulkEdit) -> tuple[BulkLine, ...]:
    """Return each chosen worklog with its verdict, by start; the plan changes nothing."""
    issues, worklogs = read_chosen(context, edit)
    lines = [BulkLine(one, worklogs.get(one.seen.worklog_id), issues[one.issue_id]) for one in edit.chosen]
    found = [line.worklog for line in lines if line.worklog]
    target = get_issue(context, edit.issue_id) if edit.issue_id else None
    moved = [_moved(context, edit, worklog) for worklog in found]
    facts = _Facts(
        target,
        _locked(context, [*issues.values(), *([target] if target else [])]),
        _closed(context, found, issues),
        _closed(context, moved, {target.id: target} if target else issues),
        context.lock.unmanaged(
            [(one, {one.day, there.day}) for one, there in zip(found, moved, strict=True)], issues
        ),
        worklog_rights(context, {worklog.issue_id for worklog in found}),
    )
    judged = (replace(line, skip=_skip(context, edit, line, facts)) for line in lines)
    return tuple(sorted(judged, key=_by_start))


def day_note(context: ViewerContext, edit: BulkEdit, lines: Sequence[BulkLine]) -> str:
    """Return a warning if the planned move makes a day of more than 24 hours, as saving one worklog does."""
    if edit.day is None:
        return ""
    moved = [line.worklog for line in lines if line.worklog and not line.skip]
    ids = {one.id for one in moved}
    sums = Counter[str]()
    for one in (*moved, *(own for own in own_worklogs(context, edit.day) if own.id not in ids)):
        sums[one.author] += one.seconds
    return day_warning(max((sums[one.author] for one in moved), default=0))


def clock_note(context: ViewerContext, edit: BulkEdit, lines: Sequence[BulkLine]) -> str:
    """Return a note if a clock change moves the start of some worklogs on their new day."""
    day = edit.day
    if day is None:
        return ""
    moving = [line.worklog for line in lines if line.worklog and not line.skip]
    return moved_note(sum(_start(context, one, day).moved for one in moving))


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
        or _not_permitted(context, worklog, issues[worklog.issue_id], rights, (EDIT_RIGHTS, DELETE_RIGHTS))
        for worklog in worklogs
    }
    return {number: why for number, why in judged.items() if why}


@dataclass(frozen=True, slots=True)
class _Facts:
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


def read_chosen(context: ViewerContext, edit: BulkEdit) -> tuple[Mapping[int, Issue], Mapping[int, Worklog]]:
    """Return the issues, and the chosen worklogs by id: from the cached sheet, or from Jira without one."""
    issue_of = {one.seen.worklog_id: one.issue_id for one in edit.chosen}
    ids = list(dict.fromkeys(issue_of.values()))
    if edit.span:
        snapshot = snapshot_at(context, edit.span)
        found, known = snapshot.worklogs, snapshot.issues
        issues = {number: known.get(number) or get_issue(context, number) for number in ids}
    else:
        found = tuple(read_listed(context, list(issue_of)))
        listed = {issue.id: issue for issue in get_issues(context, ids)}
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


def _frozen(line: BulkLine, facts: _Facts) -> str:
    """Return why no time of an issue can change, whoever logged it; new time may be refused for other reasons."""
    lock = facts.locked.get(line.issue.id)
    return lock.sentence(line.issue) if lock and lock.for_all else ""


def _moved(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> Worklog:
    """Return the worklog after its move."""
    if edit.day:
        return replace(worklog, day=edit.day, started=_start(context, worklog, edit.day).instant)
    return replace(worklog, issue_id=edit.issue_id) if edit.issue_id else worklog


def _start(context: ViewerContext, worklog: Worklog, day: date) -> Start:
    """Return where the worklog begins after its move to a day."""
    return moved_to(worklog.started, day, zone_of(context, worklog.author))


def _skip(context: ViewerContext, edit: BulkEdit, line: BulkLine, facts: _Facts) -> str:
    """Return why a worklog stays as it is."""
    worklog = line.worklog
    if worklog is None or worklog.updated != line.chosen.seen.updated:
        return CHANGED
    return (
        facts.unmanaged.get(worklog.id)
        or facts.here[worklog.author].of_worklog(worklog, line.issue)
        or _frozen(line, facts)
        or _foreign(context, edit, worklog)
        or _not_permitted(context, worklog, line.issue, facts.rights, (_NEEDED[edit.action],))
        or _of_action(context, edit, line, worklog, facts)
    )


def _foreign(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> str:
    to_issue = edit.action is BulkAction.MOVE_TO_ISSUE
    return NOT_YOURS if to_issue and worklog.author != context.viewer else ""


def _of_action(
    context: ViewerContext, edit: BulkEdit, line: BulkLine, worklog: Worklog, facts: _Facts
) -> str:
    """Return why this action does not change a worklog that the viewer may change."""
    if edit.action is BulkAction.DELETE:
        return "" if edit.final else line.lost(context)
    if edit.action is BulkAction.SET_ATTRIBUTE:
        return _attribute_skip(context, edit, worklog)
    moved, target = _moved(context, edit, worklog), facts.target
    if (moved.day, moved.issue_id) == (worklog.day, worklog.issue_id):
        return THERE if edit.day or target else ""
    if target and target.id in facts.locked:
        return facts.locked[target.id].sentence(target)
    if target and worklog.restricted:
        return RESTRICTED
    return facts.there[worklog.author].of_worklog(moved, target or line.issue)


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
    if why := attribute_refusal(context, edit, worklog):
        return why
    try:
        return "" if changed_properties(context, worklog, edit.typed, worklog.day) else SAME
    except InvalidInput as error:
        return error.sentence


def attribute_refusal(context: ViewerContext, edit: BulkEdit, worklog: Worklog) -> str:
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
