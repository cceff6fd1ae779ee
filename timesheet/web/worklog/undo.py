"""Undo the last action, or redo it: one worklog, a block of cells, a copied week, or a move, each as one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.command import UndoWrites
from timesheet.services.worklog.undo import NotUndone, Undone, keep_offers, stop_undo, undo
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.access import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import sentence_of, status_of
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.http.form import sent
from timesheet.web.http.language import Printed, join_sentences, localize, printed_durations
from timesheet.web.worklog.answer import BulkVerdict, ChangeAnswer, Reversal, day_in_words, say, undo_by
from timesheet.web.worklog.at_once import time_limit
from timesheet.web.worklog.cell import remaining_cell
from timesheet.web.worklog.form import read_place
from timesheet.web.worklog.undo_words import RedoWords, UndoWords
from timesheet.web.worklog.verdict import PartialResult, verdict_of

blueprint = Blueprint("undo", __name__)

LIST = ("cell", "issue", "place")
"""The fields of a list that asks for an undo."""
UNDO, REDO = UndoWords(), RedoWords()


@blueprint.post("/worklogs/undo")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def take_back() -> Response:
    """Undo as many of the writes in ``undo`` as fit into one request, or ``keep`` the offer to undo them.

    With ``redo``, these writes undid others, which are done again. The shown progress asks for the rest (``rest``),
    or to stop (``stop``). A list (``cell`` has its day) shows progress and result in its ``place``.
    """
    context, form = current().viewer_context, request.form
    flag, place = "", read_place(request.form) if form.get("rest") else ""
    try:
        command = sent(UndoWrites)
        if form.get("keep"):
            keep_offers(context, command.tokens)
            return make_response("")
        flag = f"undo-{command.tokens[0]}"
        undone = stop_undo(context, command) if form.get("stop") else undo(context, command, time_limit())
    except TimesheetError as error:
        return ChangeAnswer(sentence_of(error), failed=True, undone=flag, place=place).send(status_of(error))
    if undone.left:
        return _progress(command, undone, flag)
    return _result(context, command, undone, flag, place)


def _progress(command: UndoWrites, undone: Undone, flag: str) -> Response:
    """Show the progress: where it is shown already, or for the first time."""
    page = render_template(
        "worklog/_undoing.html" if request.form.get("rest") else "worklog/_undoing_oob.html",
        tokens=",".join(command.tokens),
        redo=command.redo,
        title=_words(command).progress_title(),
        done=undone.done,
        count=len(command.tokens),
        undone=flag,
        place=read_place(request.form),
        cell={name: request.form[name] for name in LIST if name in request.form},
    )
    return make_response(page)


def _words(command: UndoWrites) -> UndoWords:
    return REDO if command.redo else UNDO


def _result(context: ViewerContext, command: UndoWrites, undone: Undone, flag: str, place: str) -> Response:
    """Say what was undone; of several writes, name each that stays, in the list they are undone in or in a dialog."""
    words, again = _words(command), undo_by(undone.again, redo=command.redo)
    back = Reversal(command.redo, undo_by(undone.back, redo=not command.redo))
    in_list = bool(request.form.get("cell"))
    cell = (
        remaining_cell(context, read_issue_id(request.form.get("issue", "")), read_day(request.form["cell"]))
        if in_list
        else None
    )
    refused = [_verdict(context, one) for one in undone.failed] if undone.done > 1 else []
    named = [words.failed_heading(len(refused))] if refused else []
    sentences = [*_done(context, words, undone), *_stays(words, undone, named=bool(refused))]
    unsure = _unknown(words, undone)
    if refused and not cell:
        return PartialResult(
            title=words.failed_title(),
            said=join_sentences(sentences),
            unchanged=join_sentences(named),
            verdicts=refused,
            undo=again,
            unsure=join_sentences(unsure),
            place=read_place(request.form),
            back=words.rest_button(),
            reversal=back,
        ).send(_status(undone))
    return ChangeAnswer(
        join_sentences((*sentences, *unsure, *named)),
        undo=again,
        reversal=back,
        failed=bool(undone.not_undone),
        undone=flag,
        place=read_place(request.form) if in_list else place,
        cell=cell,
        refused=refused,
    ).send(200 if in_list else _status(undone))


def _verdict(context: ViewerContext, one: NotUndone) -> BulkVerdict:
    worklog = one.worklog
    if worklog is None:
        return BulkVerdict("", "", "", Printed(), localize(one.reason))
    try:
        issue = get_issue(context, worklog.issue_id)
    except TimesheetError:
        # The issue was deleted, or Jira does not respond: day and duration still identify the worklog.
        return BulkVerdict(
            "",
            "",
            day_in_words(context, worklog.day),
            printed_durations(worklog.seconds),
            localize(one.reason),
        )
    return verdict_of(context, issue, worklog.day, worklog.seconds, one.reason)


def _status(undone: Undone) -> int:
    if undone.saved:
        return 200
    return JiraUnavailable("").status if undone.unsure else 409


def _done(context: ViewerContext, words: UndoWords, undone: Undone) -> Sequence[str]:
    """Return what was undone, and the resulting estimates."""
    saved = undone.saved
    if len(saved) == 1:
        return [_one(context, words, saved[0])]
    if saved:
        notes = dict.fromkeys(note for one in saved for note in one.notes)
        return [words.changes_done(len(saved)), *map(localize, notes)]
    return [] if undone.unsure else [words.nothing_done()]


def _stays(words: UndoWords, undone: Undone, *, named: bool) -> Sequence[str]:
    """Return how many were not undone, and why; if each that failed is ``named``, only those that were not tried."""
    explained = undone.not_undone[:-1] if undone.unsure else undone.not_undone
    listed = [one for one in explained if not (named and one in undone.failed)]
    if not listed:
        return []
    reason = localize(listed[0].reason)
    if not (undone.saved or undone.unsure or named):
        return [reason]
    return [words.not_done(len(listed), reason)]


def _unknown(words: UndoWords, undone: Undone) -> Sequence[str]:
    """Return a sentence about what is unknown, because Jira gave no answer."""
    if not undone.unsure:
        return []
    return [words.unknown(rest=undone.done > 1), localize(undone.not_undone[-1].reason)]


def _one(context: ViewerContext, words: UndoWords, saved: WriteResult) -> str:
    if not saved.changed or not (saved.worklog or saved.removed):
        return join_sentences((words.done(), *map(localize, saved.notes)))
    if saved.worklog is None:
        return say(context, "removed again", saved)
    return say(context, "restored", saved)
