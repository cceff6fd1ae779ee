"""Undo a person's last writes: each is reversed, the last one first, and its estimate is restored.
What was undone can be redone: that reverses the writes of the undo.

Many of them take longer than a request may. So a call works for a while and stops; the next call with the
same tokens continues with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, Question, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.resilience.patience import never
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.command import NOT_TRIED, STOPPED, UndoWrites
from timesheet.services.worklog.reversal import UNDO_SECONDS, reverse_write, token_back
from timesheet.services.worklog.safeguard.idempotency import digest
from timesheet.services.worklog.write_result import WriteResult, WriteStep

IN_ITS_DIALOG = message("Delete it in its own dialog, which asks for confirmation.")
STAYS = message("It has been changed since then and stays as it is: {now}.")
NOT_YOURS = message("This worklog is somebody else’s, and Jira would log it again as yours.")
RESTRICTED = message("Only some people may see this worklog, and undo would log it again for everybody.")
UNREADABLE = message("The data of other apps on this worklog could not be read, so undo would lose it.")


class NotRestorable(Question):
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
    are the tokens with which the next call continues, in this order. ``back`` are those that reverse ``saved``.
    """

    saved: tuple[WriteResult, ...] = ()
    not_undone: tuple[NotUndone, ...] = ()
    again: tuple[str, ...] = ()
    unsure: bool = False
    left: tuple[str, ...] = ()
    back: tuple[str, ...] = ()

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


def require_restorable(context: ViewerContext, worklog: Worklog) -> None:
    """Raise NotRestorable for a worklog whose deletion cannot be undone, and NotAllowed if it cannot be deleted."""
    if why := lost_by_deleting(context, worklog):
        issue = get_issue(context, worklog.issue_id)
        context.lock.check(worklog.author, issue, {worklog.day}, [worklog.started], worklog.id)
        raise NotRestorable(message("{sentence} {advice}", sentence=why, advice=IN_ITS_DIALOG), worklog)


def offer_undo(context: ViewerContext, *saved: WriteResult) -> tuple[str, ...]:
    """Return a token for each of these writes that can be undone, valid for a quarter of an hour."""
    return tuple(token for one in saved for token in _offer(context, one, uuid4().hex))


def _offer(context: ViewerContext, saved: WriteResult, token: str) -> tuple[str, ...]:
    """Let this token reverse a write, and return it; nothing for a write that cannot be undone."""
    deleted = [step.before for step in saved.steps if step.before and step.after is None]
    if not saved.steps or any(lost_by_deleting(context, worklog) for worklog in deleted):
        return ()
    context.cache.put(context.key("undo", token), tuple(saved.steps), UNDO_SECONDS)
    return (token,)


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
            undone = _with_next(context, command, undone)
            if enough():
                break
        if undone.left:
            context.cache.put(name, undone, UNDO_SECONDS)
        else:
            context.cache.delete(name)
            if len(command.tokens) > 1:
                context.cache.put(_ended_name(context, command), undone, UNDO_SECONDS)
        return undone


def stop_undo(context: ViewerContext, command: UndoWrites) -> Undone:
    """Stop the undo. Wait for a call in progress to end its part, and return what was undone.

    If that part was the last one, nothing is left to stop, and this returns how the undo ended.
    """
    name = _name(context, command)
    with context.cache.turn(name):
        ended = None if context.cache.get(name) else context.cache.get(_ended_name(context, command))
        if isinstance(ended, Undone):
            return ended
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


def _ended_name(context: ViewerContext, command: UndoWrites) -> str:
    return context.key("undo-ended", digest(",".join(command.tokens)))


def _so_far(context: ViewerContext, command: UndoWrites) -> Undone:
    """Return what earlier calls with these tokens did. Raise InvalidInput if there was none and one is not known."""
    found = context.cache.get(_name(context, command))
    undone = found if isinstance(found, Undone) else Undone(left=command.tokens[::-1])
    keep_offers(context, undone.back)
    if keep_offers(context, undone.left) < len(set(undone.left)) and undone is not found:
        raise InvalidInput(command.too_late)
    return undone


def _with_next(context: ViewerContext, command: UndoWrites, undone: Undone) -> Undone:
    """Reverse one more write. If Jira stops responding, those after it are not tried."""
    token, *left = undone.left
    undone, again = replace(undone, left=tuple(left)), undone.left[::-1]
    try:
        saved = reverse_write(context, token, _steps(context, command, token))
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
    back = _offer(context, saved, token_back(token))
    return replace(undone, saved=(*undone.saved, saved), back=(*undone.back, *back))


def _not_undone(context: ViewerContext, token: str, reason: str) -> NotUndone:
    """Return a write that was not reversed, with the worklog as it was after that write."""
    steps = context.cache.get(context.key("undo", token)) or ()
    return NotUndone(reason, steps[-1].worklog if steps else None)


def _steps(context: ViewerContext, command: UndoWrites, token: str) -> tuple[WriteStep, ...]:
    found = context.cache.get(context.key("undo", token))
    if not isinstance(found, tuple):
        raise InvalidInput(command.too_late)
    return found
