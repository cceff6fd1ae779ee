"""Reverse one write of a person: set a worklog back, delete a new one, or log a deleted one again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.message import message
from timesheet.domain.worklog.adf import is_plain, only_text
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import WorklogChange, WorklogDraft
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import attributes_before
from timesheet.services.worklog.change import differs
from timesheet.services.worklog.estimate import undone_estimate
from timesheet.services.worklog.safeguard.current import Gone, current_worklog
from timesheet.services.worklog.safeguard.idempotency import turn_of_cell, turn_of_worklog
from timesheet.services.worklog.safeguard.lost_write import moved_twice
from timesheet.services.worklog.safeguard.seen import SeenWorklog
from timesheet.services.worklog.write import write_change, write_new, write_removal
from timesheet.services.worklog.write_result import (
    WriteResult,
    WriteStep,
    found_steps,
    recognized_removal,
    since_seen,
    unchanged,
)

UNDO_SECONDS = 900
NO_COMMENT = {"type": "doc", "version": 1, "content": []}
ONLY_TEXT = message("Jira refused the formatting of the comment, so only its text was restored.")
BACK_TWICE = message(
    "The time is back (worklog {back}), but worklog {moved} on the other issue may still be there. "
    "Try again, or reload and delete one of them if you see both."
)


def token_back(token: str) -> str:
    """Return the token that reverses what this token reversed. A repeated undo has the same one, and is redone once."""
    return sha256(token.encode()).hexdigest()[: len(token)]


def undone_since(
    context: ViewerContext, seen: SeenWorklog | None, tokens: Iterable[str]
) -> WriteResult | None:
    """Return what undo and redo with these tokens made of a worklog as the browser saw it, None if nothing.

    ``seen`` is None for an empty cell, in which undo may have logged time again. Undo and redo may take turns between
    the tokens, so each result may follow any other one.
    """
    last: WriteResult | None = None
    results = [result for token in tokens for result in _reversals(context, token)]
    for _ in results:
        for result in results:
            before = result.steps[0].before if result.steps else result.removed
            if seen == _version(before):
                last, seen = result, _version(result.worklog)
    return last


def _reversals(context: ViewerContext, token: str) -> Iterator[WriteResult]:
    """Return what undo with this token left, then what redo made of that, and so on."""
    while isinstance(result := context.cache.get(_name_of_done(context, _key_of(token, 0))), WriteResult):
        yield result
        token = token_back(token)


def _version(worklog: Worklog | None) -> SeenWorklog | None:
    return SeenWorklog(worklog.id, worklog.updated) if worklog else None


def reverse_write(context: ViewerContext, token: str, steps: Sequence[WriteStep]) -> WriteResult:
    """Reverse the steps of one write, the last one first.

    A move has two: the old worklog comes back before the new one goes. If the new one has to stay, the old one does
    not come back, because the time would exist twice.
    """
    if len(steps) > 1:
        _require_removable(context, steps[0])
    parts = list[WriteResult]()
    for number in reversed(range(len(steps))):
        try:
            parts.append(_reverse_once(context, steps[number], _key_of(token, number)))
        except (JiraUnavailable, NotFound) as error:
            if parts:
                raise _back_twice(parts[0], steps[number].worklog) from error
            raise
        except TimesheetError as error:
            for part in parts:
                _remove_again(context, steps[number].worklog, part, error)
            raise
    return _as_one(parts)


def _require_removable(context: ViewerContext, created: WriteStep) -> None:
    """Raise Conflict or NotAllowed if the worklog of this step has to stay."""
    try:
        now = _current(context, created.worklog)
    except Gone:
        return
    issue = get_issue(context, now.issue_id)
    context.lock.check(now.author, issue, {now.day}, [now.started], now.id)


def _back_twice(restored: WriteResult, moved: Worklog) -> JiraUnavailable:
    """Return the error for a reversed move that brought one worklog back, while ``moved`` may still exist too."""
    sentence = message(BACK_TWICE, back=restored.steps[0].worklog.id, moved=moved.id)
    return JiraUnavailable(sentence, wrote_maybe=True)


def _remove_again(context: ViewerContext, stays: Worklog, restored: WriteResult, why: TimesheetError) -> None:
    """Delete a restored worklog, because the one that replaced it ``stays``."""
    step, worklog = restored.steps[0], restored.steps[0].worklog
    try:
        estimate, _ = undone_estimate(context, step)
        write_removal(context, worklog, estimate)
    except TimesheetError:
        raise moved_twice(worklog, stays) from why


def _as_one(parts: Sequence[WriteResult]) -> WriteResult:
    """Combine the reversed steps of one write into one result; a move has two."""
    first = parts[0]
    return replace(
        first,
        days=tuple(sorted({day for part in parts for day in part.days})),
        issues=tuple(issue for part in reversed(parts) for issue in part.issues),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        steps=tuple(step for part in parts for step in part.steps),
    )


def _key_of(token: str, number: int) -> str:
    return f"undo-{token}-{number}"


def _name_of_done(context: ViewerContext, key: str) -> str:
    return context.key("undone", key)


def _reverse_once(context: ViewerContext, step: WriteStep, key: str) -> WriteResult:
    """Reverse one write, once."""
    result = context.cache.get(_name_of_done(context, key))
    if not isinstance(result, WriteResult):
        result = _reverse(context, step, key)
        context.cache.put(_name_of_done(context, key), result, UNDO_SECONDS)
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
    seen = _latest(context, after)
    try:
        now = current_worklog(context, after.issue_id, seen, "")
    except Gone as gone:
        if before is not None:
            raise
        if gone.by_viewer:
            return recognized_removal(context, after.issue_id, seen)
        return WriteResult(None, issues=(after.issue_id,))
    except Conflict as conflict:
        # An earlier try whose response was lost may have set it back already; a comment hides whose change it was.
        theirs = conflict.current
        if before is None or not isinstance(theirs, Worklog) or differs(_change_back(before, theirs)):
            raise
        _note_stand_in(context, before, theirs)
        return _set_back_before(context, seen, theirs)
    estimate, note = undone_estimate(context, step)
    if before is None:
        removed = write_removal(context, now, estimate)
        return replace(removed, notes=(*removed.notes, *filter(None, [note])))
    change = replace(_change_back(before, now), estimate=estimate)
    if not differs(change):
        _note_stand_in(context, before, now)
        return replace(_set_back_before(context, seen, now), notes=tuple(filter(None, [note])))
    saved = since_seen(context, write_change(context, now, change, [note]), seen)
    _note_stand_in(context, before, saved.worklog)
    return saved


def _set_back_before(context: ViewerContext, seen: SeenWorklog, now: Worklog) -> WriteResult:
    """Return the result for a worklog that is set back already. It can be redone if an earlier try did that."""
    return replace(unchanged(now), steps=found_steps(context, seen, now))


def _change_back(before: Worklog, now: Worklog) -> WorklogChange:
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
    estimate, note = undone_estimate(context, step)
    draft = WorklogDraft(
        issue_id=before.issue_id,
        started=before.started,
        seconds=before.seconds,
        key=key,
        comment=before.comment,
        estimate=estimate,
        properties=before.properties or {},
    )
    origin = {"restored": before.id}
    try:
        saved = write_new(context, draft, [note], origin)
    except InvalidInput:
        # Jira refuses parts of comments that its own editor saves, such as pictures. The time must come back anyway.
        if is_plain(before.comment):
            raise
        draft = replace(draft, comment=only_text(before.comment))
        saved = write_new(context, draft, [note, ONLY_TEXT], origin)
    _note_stand_in(context, before, saved.worklog)
    return saved


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
