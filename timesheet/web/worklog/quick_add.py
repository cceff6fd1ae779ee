"""Quick add: show what typed lines mean, and log one line."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.attribute.values import displayed_values
from timesheet.domain.errors import TimesheetError
from timesheet.domain.permission import Module
from timesheet.domain.worklog.midnight import days_later
from timesheet.domain.worklog.quick_add.day import DayWords
from timesheet.domain.worklog.quick_add.line import split_lines
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog import quick_add
from timesheet.services.worklog.command import QuickEntry
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import full_date, time_of_day
from timesheet.web.http.errors import status_of
from timesheet.web.http.form import sent
from timesheet.web.http.language import language, localize, reader_locale
from timesheet.web.worklog.answer import ChangeAnswer, say, undo_of
from timesheet.web.worklog.attribute import attribute_tags, value_words
from timesheet.web.worklog.day_words import day_words

blueprint = Blueprint("quick_add", __name__)

LONGEST_TEXT = 40_000
MOST_SHOWN = 100
"""Lines whose meaning is shown; of those that cannot be logged at once, the first ones say so."""


class DisplayedLine(NamedTuple):
    """The meaning of a line, with its day, its start, and its attributes in words; what is not known is empty.

    ``days_later``: on which day after its own it ends.
    """

    read: quick_add.Understood
    day: str
    start: str
    words: tuple[str, ...] = ()
    days_later: int = 0


@blueprint.post("/quick-add/lines")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def read_lines() -> Response:
    """Show what each typed line means. Nothing is logged."""
    context = current().viewer_context
    text, today = request.form.get("lines", "")[:LONGEST_TEXT], context.today
    lines = split_lines(text)[:MOST_SHOWN]
    try:
        read = (
            quick_add.read_lines(context, lines, words_of(context), today, attribute_tags(context))
            if lines
            else ()
        )
    except TimesheetError as error:
        page = render_template(
            "worklog/_quick_lines.html", lines=(), today=today, trouble=localize(error.sentence)
        )
        return make_response(page, status_of(error))
    return make_response(
        render_template(
            "worklog/_quick_lines.html",
            lines=[_displayed_line(context, one) for one in read],
            today=today,
            trouble="",
        )
    )


@blueprint.post("/quick-add")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def log_line() -> Response | str:
    """Log one line; as one of several (``part``), the page says how many were logged, and undoes them together."""
    context = current().viewer_context
    saved = quick_add.log_line(context, sent(QuickEntry), words_of(context), attribute_tags(context))
    sentence, undo = say(context, "logged", saved), undo_of(context, saved)
    if "part" in request.form:
        return render_template("worklog/_quick_logged.html", said=sentence, undo=undo)
    return ChangeAnswer(sentence, undo=undo, changed=False, warning=saved.over_long).send()


def _displayed_line(context: ViewerContext, read: quick_add.Understood) -> DisplayedLine:
    locale, start = reader_locale(context.profile.locale), read.line.start
    attributes = map(value_words, displayed_values(context.attributes.all(), read.values))
    at = time_of_day(start, locale) if start else ""
    day = "" if read.line.day_unclear else full_date(read.line.day, locale)
    begins = read.started
    later = days_later(begins, read.line.seconds, context.zone) if begins else 0
    return DisplayedLine(read, day, at, tuple(attributes), later)


def words_of(context: ViewerContext) -> DayWords:
    """Return the words for days in the reader's language and in the language of their dates."""
    return day_words(reader_locale(context.profile.locale), language().locale)
