"""Suggestions in My Timesheet: read, accept, dismiss, and switch on and off. Only for the viewer's own sheet."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, request

from timesheet.domain.errors import InvalidInput, TimesheetError
from timesheet.domain.message import message
from timesheet.domain.permission import Module, SitePermission, has_site_permission, require
from timesheet.domain.span import DateSpan
from timesheet.services.command.form import FormFields
from timesheet.services.site.command import ChooseSuggestions
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.suggestion.command import AcceptSuggestion, DismissSuggestion
from timesheet.services.suggestion.suggestion import accept, dismiss, read_activity
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.errors import sentence_of, status_of
from timesheet.web.http.fields import read_day
from timesheet.web.http.form import sent
from timesheet.web.http.htmx import SHEET_CHANGED, into, with_event
from timesheet.web.http.language import _, localize
from timesheet.web.http.navigation import shows_suggestions
from timesheet.web.worklog.answer import ChangeAnswer, say, undo_of
from timesheet.web.worklog.dialog import render_form, sentences
from timesheet.web.worklog.form import WorklogForm, chosen, new_key, read_form

blueprint = Blueprint("suggestion", __name__, url_prefix="/suggestions")

OFF = message("Suggestions are switched off.")
ALREADY = message("This suggestion is logged already.")


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def read_suggestions() -> Response:
    """Ask Jira what the viewer did on the shown days; the sheet shows itself again if there is anything."""
    context, answer = current(), make_response("", 200)
    if not shows_suggestions():
        return answer
    first = read_day(request.args.get("first"))
    last = read_day(request.args.get("last"))
    if last < first:
        return answer
    found = read_activity(context.viewer_context, DateSpan(first, last))
    return with_event(answer, SHEET_CHANGED, {"target": "body"}) if found.actions else answer


@blueprint.post("/accept")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def accept_suggestion() -> Response:
    """Log one suggestion; the dialog asks for missing values."""
    context = current()
    if are_off(context):
        return ChangeAnswer(localize(OFF), failed=True).send(409)
    fields = FormFields({**request.form.to_dict(flat=False), "key": ["suggestion"]})
    try:
        command = AcceptSuggestion.read(fields, context.viewer_context.required_tracking)
        saved = accept(context.viewer_context, command)
    except InvalidInput as error:
        page = render_form(context.viewer_context, _form(), sentences(error))
        return into(make_response(page, 200), "#dialog")
    except TimesheetError as error:
        return ChangeAnswer(sentence_of(error), failed=True).send(status_of(error))
    return _answer(saved)


@blueprint.post("/dismiss")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def dismiss_suggestion() -> Response:
    """Never suggest this again to the viewer."""
    context = current()
    dismiss(context.viewer_context, context.settings, sent(DismissSuggestion))
    return ChangeAnswer(_("Dismissed. It will not be suggested again.")).send()


@blueprint.post("/choose")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def choose_suggestions() -> Response:
    """Show or hide suggestions for this person."""
    context, command = current(), sent(ChooseSuggestions)
    context.choose(suggestions=command.shown)
    return with_event(make_response("", 200), SHEET_CHANGED, {"target": "body"})


def are_off(context: Context) -> bool:
    """Return True if the viewer hides suggestions. Raise NotAllowed if no admin lets them have any."""
    require(has_site_permission(context.permissions, SitePermission.SUGGESTIONS, context.requester))
    return not context.person_settings.suggestions


def _answer(saved: WriteResult) -> Response:
    context = current().viewer_context
    if not saved.changed:
        return ChangeAnswer(localize(ALREADY)).send()
    sentence, undo = say(context, "logged", saved), undo_of(context, saved)
    return ChangeAnswer(sentence, undo=undo, warning=saved.over_long).send()


def _form() -> WorklogForm:
    """Return the form with the values of the suggestion."""
    form = replace(read_form(request.form), key=new_key())
    if not form.issue:
        return form
    return replace(form, **chosen(get_issue(current().viewer_context, form.issue_id)))
