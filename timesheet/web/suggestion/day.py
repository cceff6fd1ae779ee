"""Log all suggestions of a day: the dialog with a verdict for each, and one undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.duration import MINUTE
from timesheet.domain.errors import JiraUnavailable, TimesheetError
from timesheet.domain.message import Message, message
from timesheet.domain.permission import Module
from timesheet.domain.suggestion.suggestion import Suggestion
from timesheet.services.suggestion.command import AcceptDay, AcceptSuggestion
from timesheet.services.suggestion.suggestion import accept
from timesheet.services.worklog.attribute import refusal
from timesheet.services.worklog.command import NOT_TRIED, NOT_TRIED_AFTER, TimeEntry
from timesheet.services.worklog.write_result import WriteResult, day_note
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.fields import read_day
from timesheet.web.http.form import sent_fields
from timesheet.web.http.htmx import SHEET_CHANGED, with_event
from timesheet.web.http.language import _n, join_sentences, localize
from timesheet.web.http.navigation import shows_suggestions
from timesheet.web.suggestion.entry import SuggestionEntry, entry_of, found_on
from timesheet.web.suggestion.suggestion import OFF, are_off
from timesheet.web.timesheet.sheet import open_sheet
from timesheet.web.worklog.answer import ChangeAnswer, day_in_words, undo_of

blueprint = Blueprint("suggestion_day", __name__, url_prefix="/suggestions/day")

MOST = 30
NO_ISSUE = message("Log it separately, because its issue has to be chosen first.")
LATER = message("Log it afterwards: at most {most} suggestions can be logged at once.", most=MOST)
NO_TIME = message("No time is missing on this day, so log it separately.")


class SuggestionLine(NamedTuple):
    """A suggestion, ready to print, and why it is not logged with the others; empty if it is."""

    entry: SuggestionEntry
    skip: str


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_plan() -> str:
    """Show what would be logged, and what would not."""
    context, day = current(), read_day(request.args.get("of"))
    found = _suggestions(context, day)
    lacking = refusal(context.viewer_context, day)
    taken = [one for one, _ in found if not (_skip(one) or lacking)][:MOST]
    marks = {one.mark for one in taken}
    lines = [
        SuggestionLine(entry, "" if one.mark in marks else localize(_skip(one) or lacking or LATER))
        for one, entry in found
    ]
    return render_template(
        "suggestion/_plan.html",
        day=day,
        title=day_in_words(context.viewer_context, day),
        lines=lines,
        ready=[line.entry for line in lines if not line.skip],
        day_note=day_note(context.viewer_context, [(day, one.seconds or 0) for one in taken]),
        sheet=request.args,
    )


@blueprint.post("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def accept_day() -> Response:
    """Log the suggestions that the dialog showed; those that are refused are named, and those that are gone counted.

    If the day was closed since, its suggestions are refused with the reason.
    """
    context = current()
    if are_off(context):
        return ChangeAnswer(localize(OFF), "dialog", failed=True).send(409)
    command = AcceptDay.read(sent_fields(day=request.form.get("of", "")))
    writes, refused = list[WriteResult](), list[SuggestionLine]()
    trouble: Message | str = refusal(context.viewer_context, command.day)
    for one, entry in _suggestions(context, command.day, closed=True):
        if one.mark not in command.marks[:MOST] or _skip(one):
            continue
        if trouble:
            refused.append(SuggestionLine(entry, localize(trouble)))
            continue
        try:
            writes.append(accept(context.viewer_context, _command(one)))
        except TimesheetError as error:
            refused.append(SuggestionLine(entry, localize(error.sentence)))
            if isinstance(error, JiraUnavailable):
                why = message(NOT_TRIED, reason=error.sentence)
                trouble = NOT_TRIED_AFTER if error.wrote_maybe else why
    logged = [one for one in writes if one.changed]
    gone = len(set(command.marks)) - len(logged) - len(refused)
    return _answer(context, logged, refused, gone)


def _suggestions(
    context: Context, day: date, *, closed: bool = False
) -> list[tuple[Suggestion, SuggestionEntry]]:
    if not shows_suggestions():
        return []
    opened = open_sheet(context, request.values)
    found = found_on(context, opened.sheet, closed=closed).get(day, ())
    return [(one, entry_of(context, one, opened.figures)) for one in found]


def _skip(one: Suggestion) -> Message | str:
    if one.issue is None:
        return NO_ISSUE
    return "" if one.seconds else NO_TIME


def _command(one: Suggestion) -> AcceptSuggestion:
    """Return the command that logs a suggestion with an issue and a duration."""
    zone = current().profile().zone
    local = one.started.astimezone(zone)
    issue_id = one.issue.id if one.issue else 0
    entry = TimeEntry(
        issue_id=issue_id,
        day=one.day,
        text=f"{(one.seconds or 0) // MINUTE}m",
        key="suggestion",
        time=local.time().replace(tzinfo=None),
        fold=local.fold,
        comment=one.title,
    )
    return AcceptSuggestion(one.mark, entry)


def _answer(
    context: Context, logged: Sequence[WriteResult], refused: Sequence[SuggestionLine], gone: int
) -> Response:
    sentences = []
    if logged or refused or not gone:
        sentences.append(_n("{count} suggestion logged.", "{count} suggestions logged.", len(logged)))
    if gone:
        sentences.append(
            _n(
                "{count} suggestion is not offered anymore: it was logged, dismissed, or changed meanwhile.",
                "{count} suggestions are not offered anymore: they were logged, dismissed, or changed meanwhile.",
                gone,
            )
        )
    said, undo = join_sentences(sentences), undo_of(context.viewer_context, *logged)
    if not refused:
        return ChangeAnswer(said, "dialog", undo=undo, warning=bool(gone)).send()
    page = render_template("suggestion/_partly_oob.html", said=said, refused=refused, undo=undo)
    return with_event(make_response(page, 200 if logged else 422), SHEET_CHANGED, {"target": "body"})
