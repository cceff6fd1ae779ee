"""Undo the last action: one worklog, a block of cells, a copied week, or a move, each as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.message import message
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.command import UndoWrites
from timesheet.services.worklog.undo import Undone, never, stop_undo, undo
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.auth import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import status_of
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.http.form import sent
from timesheet.web.http.language import _, _n, localize
from timesheet.web.worklog.answer import Answer, say, undo_by
from timesheet.web.worklog.at_once import AT_ONCE_SECONDS, after
from timesheet.web.worklog.cell import open_cell
from timesheet.web.worklog.form import PLACES

blueprint = Blueprint("undo", __name__)


@blueprint.post("/worklogs/undo")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def take_back() -> Response:
    """Undo as many of the writes in ``undo`` as fit into one request.

    The shown progress asks for the rest (``rest``), or to stop (``stop``). A list (``cell`` has its day) shows the
    result.
    """
    context, form = current().viewer_context, request.form
    flag, place = "", "dialog" if form.get("rest") else ""
    enough = never if form.get("cell") else after(AT_ONCE_SECONDS)
    try:
        command = sent(UndoWrites)
        flag = f"undo-{command.tokens[0]}"
        undone = stop_undo(context, command) if form.get("stop") else undo(context, command, enough)
    except TimesheetError as error:
        return Answer(localize(error.sentence), failed=True, undone=flag, place=place).send(status_of(error))
    if undone.left:
        return _progress(command, undone, flag)
    said, again = _said(context, undone), undo_by(undone.again)
    answer = Answer(said, undo=again, failed=bool(undone.kept), undone=flag, place=place)
    if form.get("cell"):
        return _in_list(context, answer).send()
    return answer.send(_status(undone))


def _progress(command: UndoWrites, undone: Undone, flag: str) -> Response:
    """Show how far it is: in the dialog that shows it already, or in a new one."""
    page = render_template(
        "worklog/_undoing.html" if request.form.get("rest") else "worklog/_undoing_oob.html",
        tokens=",".join(command.tokens),
        done=undone.done,
        count=len(command.tokens),
        undone=flag,
    )
    return make_response(page)


def _status(undone: Undone) -> int:
    if undone.saved:
        return 200
    return JiraUnavailable("").status if undone.unsure else 409


def _in_list(context: ViewerContext, answer: Answer) -> Answer:
    form = request.form
    place = form.get("place", PLACES[0])
    if place not in PLACES:
        raise NotFound(message("There is no such place on the page."))
    cell = open_cell(context, read_issue_id(form.get("issue", "")), read_day(form["cell"], date.min))
    return replace(answer, place=place, cell=cell if cell.entries else None)


def _said(context: ViewerContext, undone: Undone) -> str:
    """Return what was undone, the resulting estimates, why the rest stayed, and what is not known yet."""
    saved = undone.saved
    kept, unknown = (undone.kept[:-1], undone.kept[-1]) if undone.unsure else (undone.kept, "")
    if len(saved) == 1:
        parts = [_one(context, saved[0])]
    elif saved:
        notes = dict.fromkeys(note for one in saved for note in one.notes)
        done = _n("{count} change undone.", "{count} changes undone.", len(saved))
        parts = [done, *map(localize, notes)]
    else:
        parts = [] if unknown else [_("Nothing was undone.")]
    reasons = map(localize, kept[:1])
    if saved or unknown:
        parts += [
            _n("{count} not undone: {reason}", "{count} not undone: {reason}", len(kept), reason=reason)
            for reason in reasons
        ]
    else:
        parts += reasons
    if unknown:
        asked = (
            _("It is not known yet whether the rest was undone.")
            if parts
            else _("It is not known yet whether this was undone.")
        )
        parts += [asked, localize(unknown)]
    return " ".join(parts)


def _one(context: ViewerContext, saved: WriteResult) -> str:
    if not saved.changed or not (saved.worklog or saved.removed):
        return _("Undone.")
    if saved.worklog is None:
        return say(context, "removed again", saved)
    return say(context, "restored" if _is_new(saved) else "put back", saved)


def _is_new(saved: WriteResult) -> bool:
    return all(step.before is None for step in saved.steps)
