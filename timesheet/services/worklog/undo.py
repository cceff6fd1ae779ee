"""Undo a person's last writes: each is reversed, the last one first, and its estimate is restored.

Many of them take longer than a request may. So a call works for a while and stops; the next call with the
same tokens continues with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, Question, TimesheetError
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import message
from timesheet.domain.worklog.adf import adf_to_text, is_plain, text_to_adf
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.resilience.patience import never
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import attributes_before
from timesheet.services.worklog.change import differs
from timesheet.services.worklog.command import NOT_TRIED, STOPPED, TOO_LATE, UndoWrites
from timesheet.services.worklog.current import Gone, current_worklog
from timesheet.services.worklog.estimate import undone_estimate
from timesheet.services.worklog.idempotency import digest, turn_of_cell, turn_of_worklog
from timesheet.services.worklog.lost_write import moved_twice
from timesheet.services.worklog.seen import SeenWorklog
from timesheet.services.worklog.write import write_change, write_new, write_removal
from timesheet.services.worklog.write_result import WriteResult, WriteStep, unchanged

UNDO_SECONDS = 900
NO_COMMENT = {"type": "doc", "version": 1, "content": []}
IN_ITS_DIALOG = message("Delete it in its own dialog, which asks for confirmation.")
STAYS = message("It has been changed since then and stays as it is: {now}.")
NOT_YOURS = message("This worklog is somebody else’s, and Jira would log it again as yours.")
RESTRICTED = message("Only some people may see this worklog, and undo would log it again for everybody.")
ONLY_TEXT = message("Jira refused the formatting of the comment, so only its text was restored.")
UNREADABLE = message("The data of other apps on this worklog could not be read, so undo would lose it.")

BACK_TWICE = message(
    "The time is back on the old issue (worklog {back}), but worklog {moved} on the other issue may still be there. "
    "Undo again, or reload and delete one of them if you see both."
)


class NoWayBack(Question):
    """The deletion of ``worklog`` could not be undone, and the person was not asked about it."""

    def __init__(self, sentence: str, worklog: Worklog) -> None:
        super().__init__(sentence, field="duration")
        self.worklog = worklog


@dataclass(frozen=True, slots=True)
class NotUndone:
    """A write that was not reversed: why, and its worklog, None if it is no longer known."""

    reason: str
    worklog: Worklog | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """The reversed writes, those that were not reversed, and the tokens to try again later.

    ``unsure`` says that Jira may have carried out the last one of ``not_undone``, whose answer was lost. ``left``
    are the tokens with which the next call continues, in this order.
    """

    saved: tuple[WriteResult, ...] = ()
    not_undone: tuple[NotUndone, ...] = ()
    again: tuple[str, ...] = ()
    unsure: bool = False
    left: tuple[str, ...] = ()

    @property
    def done(self) -> int:
        """Return how many writes were tried."""
        return len(self.saved) + len(self.not_undone)

    @property
    def failed(self) -> tuple[NotUndone, ...]:
        """Return the writes that stay for a known reason other than that the person stopped the undo."""
        explained = self.not_undone[:-1] if self.unsure else self.not_undone
        return tuple(one for one in explained if one.reason != STOPPED)


def lost_by_deleting(context: ViewerContext, worklog: Worklog) -> str:
    """Return why a deletion of this worklog cannot be undone; empty if it can."""
    if worklog.author != context.viewer:
        return NOT_YOURS
    if worklog.restricted:
        return RESTRICTED
    return UNREADABLE if worklog.properties is None else ""


def require_way_back(context: ViewerContext, worklog: Worklog) -> None:
    """Raise NoWayBack for a worklog whose deletion cannot be undone, and NotAllowed if it cannot be deleted."""
    if why := lost_by_deleting(context, worklog):
        issue = get_issue(context, worklog.issue_id)
        context.lock.check(worklog.author, issue, {worklog.day}, [worklog.started], worklog.id)
        raise NoWayBack(message("{sentence} {advice}", sentence=why, advice=IN_ITS_DIALOG), worklog)


def offer_undo(context: ViewerContext, *saved: WriteResult) -> tuple[str, ...]:
    """Return a token for each of these writes that can be undone, valid for a quarter of an hour."""
    return tuple(
        _offer(context, one.steps) for one in saved if one.steps and not _would_lose(context, one.steps)
    )


def _would_lose(context: ViewerContext, steps: Sequence[WriteStep]) -> bool:
    deleted = (step.before for step in steps if step.before and step.after is None)
    return any(lost_by_deleting(context, worklog) for worklog in deleted)


def _offer(context: ViewerContext, steps: Sequence[WriteStep]) -> str:
    token = uuid4().hex
    context.cache.put(context.key("undo", token), tuple(steps), UNDO_SECONDS)
    return token


def undo(context: ViewerContext, command: UndoWrites, enough: Callable[[], bool] = never) -> Undone:
    """Reverse the writes of these tokens, last one first, until it is ``enough``.

    A call with the same tokens continues with the rest. A worklog that changed meanwhile stays, and so do the
    writes before it. If Jira stops responding, the rest is not tried. Repeating this does no harm: a reversed
    write is not reversed again. Raise InvalidInput if a token is no longer known.
    """
    name = _name(context, command)
    with context.cache.turn(name):
        undone = _so_far(context, command)
        while undone.left:
            undone = _with_next(context, undone)
            if enough():
                break
        if undone.left:
            context.cache.put(name, undone, UNDO_SECONDS)
        else:
            context.cache.delete(name)
        return undone


def stop_undo(context: ViewerContext, command: UndoWrites) -> Undone:
    """Stop the undo. Wait for a call in progress to end its part, and return what was undone."""
    name = _name(context, command)
    with context.cache.turn(name):
        undone = _so_far(context, command)
    not_undone = (*undone.not_undone, *(_not_undone(context, token, STOPPED) for token in undone.left))
    return replace(undone, not_undone=not_undone, again=undone.left[::-1], left=())


def keep_offers(context: ViewerContext, tokens: Sequence[str]) -> int:
    """Let the offers of these tokens last for another quarter of an hour; return how many were still there.

    The first writes of an action must stay undoable until its last one is saved, or while an undo goes on.
    """
    keys = [context.key("undo", token) for token in dict.fromkeys(tokens)]
    offers = {key: steps for key, steps in zip(keys, context.cache.get_all(keys), strict=True) if steps}
    context.cache.put_all(offers, UNDO_SECONDS)
    return len(offers)


def _name(context: ViewerContext, command: UndoWrites) -> str:
    return context.key("undoing", digest(",".join(command.tokens)))


def _so_far(context: ViewerContext, command: UndoWrites) -> Undone:
    """Return what earlier calls with these tokens did. Raise InvalidInput if there was none and one is not known."""
    found = context.cache.get(_name(context, command))
    undone = found if isinstance(found, Undone) else Undone(left=command.tokens[::-1])
    if keep_offers(context, undone.left) < len(set(undone.left)) and undone is not found:
        raise InvalidInput(TOO_LATE)
    return undone


def _with_next(context: ViewerContext, undone: Undone) -> Undone:
    """Reverse one more write. If Jira stops responding, those after it are not tried."""
    token, *left = undone.left
    undone, again = replace(undone, left=tuple(left)), undone.left[::-1]
    try:
        parts = _reverse_all(context, token, _steps(context, token))
    except JiraUnavailable as error:
        not_undone = (*undone.not_undone, _not_undone(context, token, error.sentence))
        if not error.wrote_maybe:
            reason = message(NOT_TRIED, reason=error.sentence)
            not_undone = (*not_undone, *(_not_undone(context, one, reason) for one in left))
        return replace(undone, not_undone=not_undone, again=again, unsure=error.wrote_maybe, left=())
    except Conflict as conflict:
        why = message(STAYS, now=conflict.theirs) if conflict.theirs else conflict.sentence
        return replace(undone, not_undone=(*undone.not_undone, _not_undone(context, token, why)))
    except TimesheetError as error:
        return replace(undone, not_undone=(*undone.not_undone, _not_undone(context, token, error.sentence)))
    return replace(undone, saved=(*undone.saved, _as_one(parts)))


def _reverse_all(context: ViewerContext, token: str, steps: Sequence[WriteStep]) -> Sequence[WriteResult]:
    """Reverse the steps of one write, the last one first.

    A move has two: the old worklog comes back before the new one goes. If the new one has to stay, the old one does
    not come back, because the time would exist twice.
    """
    if len(steps) > 1:
        _require_removable(context, steps[0])
    parts = list[WriteResult]()
    for number in reversed(range(len(steps))):
        try:
            parts.append(_reversed(context, steps[number], f"undo-{token}-{number}"))
        except JiraUnavailable as error:
            if parts:
                raise _back_twice(parts[0], steps[number].worklog) from error
            raise
        except TimesheetError as error:
            for part in parts:
                _remove_again(context, steps[number].worklog, part, error)
            raise
    return parts


def _require_removable(context: ViewerContext, created: WriteStep) -> None:
    """Raise Conflict or NotAllowed if the worklog of this step has to stay."""
    try:
        now = _current(context, created.worklog)
    except Gone:
        return
    issue = get_issue(context, now.issue_id)
    context.lock.check(now.author, issue, {now.day}, [now.started], now.id)


def _back_twice(restored: WriteResult, moved: Worklog) -> JiraUnavailable:
    """Return the error for the undo of a move that restored the old worklog, while ``moved`` may still exist too."""
    sentence = message(BACK_TWICE, back=restored.steps[0].worklog.id, moved=moved.id)
    return JiraUnavailable(sentence, wrote_maybe=True)


def _remove_again(context: ViewerContext, stays: Worklog, restored: WriteResult, why: TimesheetError) -> None:
    """Delete a restored worklog, because the one that replaced it ``stays``."""
    step, worklog = restored.steps[0], restored.steps[0].worklog
    try:
        estimate, _ = undone_estimate(context, worklog.issue_id, step.mode, step.was_left, step.left)
        write_removal(context, worklog, estimate)
    except TimesheetError:
        raise moved_twice(worklog, stays) from why


def _not_undone(context: ViewerContext, token: str, reason: str) -> NotUndone:
    """Return a write that was not reversed, with the worklog as it was after that write."""
    steps = context.cache.get(context.key("undo", token)) or ()
    return NotUndone(reason, steps[-1].worklog if steps else None)


def _steps(context: ViewerContext, token: str) -> tuple[WriteStep, ...]:
    found = context.cache.get(context.key("undo", token))
    if not isinstance(found, tuple):
        raise InvalidInput(TOO_LATE)
    return found


def _as_one(parts: Sequence[WriteResult]) -> WriteResult:
    """Combine the reversed steps of one write into one result; a move has two."""
    first = parts[0]
    return replace(
        first,
        days=tuple(sorted({day for part in parts for day in part.days})),
        issues=tuple(issue for part in reversed(parts) for issue in part.issues),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _reversed(context: ViewerContext, step: WriteStep, key: str) -> WriteResult:
    """Reverse one write, once."""
    result = context.cache.get(context.key("undone", key))
    if not isinstance(result, WriteResult):
        result = _reverse(context, step, key)
        context.cache.put(context.key("undone", key), result, UNDO_SECONDS)
    return result


def _reverse(context: ViewerContext, step: WriteStep, key: str) -> WriteResult:
    if step.after is None:
        # Whoever types into the cell meanwhile either finds the time there, or has logged theirs before.
        with context.cache.turn(turn_of_cell(context, step.worklog.issue_id, step.worklog.day)):
            return _log_again(context, step, key)
    with context.cache.turn(turn_of_worklog(context, _latest(context, step.after).worklog_id)):
        return _set_back(context, step, step.after)


def _set_back(context: ViewerContext, step: WriteStep, after: Worklog) -> WriteResult:
    """Give the worklog that a write left ``after`` it the content from before; delete it if it was new."""
    before = step.before
    try:
        now = _current(context, after)
    except Gone:
        if before is None:
            return WriteResult(None, issues=(step.worklog.issue_id,))
        raise
    except Conflict as conflict:
        # An earlier try whose response was lost may have set it back already; a comment hides whose change it was.
        theirs = conflict.current
        if before is None or not isinstance(theirs, Worklog) or differs(_way_back(before, theirs)):
            raise
        _note_stand_in(context, before, theirs)
        return unchanged(theirs)
    estimate, note = _estimate(context, step)
    if before is None:
        removed = write_removal(context, now, estimate)
        return replace(removed, notes=(*removed.notes, *filter(None, [note])))
    change = replace(_way_back(before, now), estimate=estimate)
    if not differs(change):
        return replace(unchanged(now), notes=tuple(filter(None, [note])))
    saved = write_change(context, now, change, [note])
    _note_stand_in(context, before, saved.worklog)
    return saved


def _way_back(before: Worklog, now: Worklog) -> WorklogChange:
    """Return what has to change for a worklog to be as ``before``."""
    comment = before.comment or NO_COMMENT
    return WorklogChange(
        started=before.started if before.started != now.started else None,
        seconds=before.seconds if before.seconds != now.seconds else None,
        comment=comment if comment != (now.comment or NO_COMMENT) else None,
        properties=attributes_before(before, now),
    )


def _log_again(context: ViewerContext, step: WriteStep, key: str) -> WriteResult:
    """Undo a deletion: create the same content as a new worklog, which gets a new id from Jira."""
    before = step.worklog
    estimate, note = _estimate(context, step)
    draft = WorklogDraft(
        before.issue_id,
        before.started,
        before.seconds,
        key,
        before.comment,
        estimate,
        before.properties or {},
    )
    origin = {"restored": before.id}
    try:
        saved = write_new(context, draft, [note], origin)
    except InvalidInput:
        # Jira refuses parts of comments that its own editor saves, such as pictures. The time must come back anyway.
        if is_plain(before.comment):
            raise
        draft = replace(draft, comment=text_to_adf(adf_to_text(before.comment)))
        saved = write_new(context, draft, [note, ONLY_TEXT], origin)
    _note_stand_in(context, before, saved.worklog)
    return saved


def _estimate(context: ViewerContext, step: WriteStep) -> tuple[EstimateChange, str]:
    return undone_estimate(context, step.worklog.issue_id, step.mode, step.was_left, step.left)


def _current(context: ViewerContext, worklog: Worklog) -> Worklog:
    """Return the worklog, or the one that replaced it in an undo. Raise Conflict if it changed since."""
    return current_worklog(context, worklog.issue_id, _latest(context, worklog), "")


def _latest(context: ViewerContext, worklog: Worklog) -> SeenWorklog:
    """Return the version of the worklog that earlier undos left in its place."""
    seen = SeenWorklog(worklog.id, worklog.updated)
    while found := context.cache.get(_stand_in(context, seen)):
        seen = found
    return seen


def _note_stand_in(context: ViewerContext, before: Worklog, after: Worklog | None) -> None:
    """Remember which version replaced another when a write was undone, so the write before can be undone too."""
    replaced = _stand_in(context, SeenWorklog(before.id, before.updated))
    if after and _stand_in(context, seen := SeenWorklog(after.id, after.updated)) != replaced:
        context.cache.put(replaced, seen, UNDO_SECONDS)


def _stand_in(context: ViewerContext, seen: SeenWorklog) -> str:
    return context.key("replacement", seen.worklog_id, epoch_ms(seen.updated))
