"""Read a person's calendar file: chosen, dropped, or pasted as text. Only its meetings are kept, and only in memory."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import Message, message
from timesheet.domain.permission import Module
from timesheet.domain.span import LONGEST_RANGE, DateSpan, View
from timesheet.services.ports.meeting import LARGEST_CALENDAR, TOO_LARGE
from timesheet.services.suggestion.calendar_file import FileRead, store_meetings
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.fields import read_day, read_upload
from timesheet.web.http.language import _, _n, join_sentences, localize
from timesheet.web.suggestion.entry import found_on
from timesheet.web.suggestion.suggestion import OFF, are_off
from timesheet.web.timesheet.sheet import open_sheet
from timesheet.web.worklog.answer import ChangeAnswer

blueprint = Blueprint("calendar_file", __name__, url_prefix="/suggestions/calendar-file")

EMPTY = message("Choose a file, or paste the text of one.")
WRONG_DAYS = message("These days cannot be shown. Reload the timesheet.")
ROOM = 64 * 1024
"""The bytes that a form needs besides the file."""


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_file() -> str:
    """Ask for a calendar file."""
    return _dialog(request.args.get("first", ""), request.args.get("last", ""))


@blueprint.post("")
@takes(
    "session",
    "context",
    permission="viewer",
    module=Module.TIMESHEET,
    costly=True,
    largest=2 * LARGEST_CALENDAR + ROOM,
)
def read_file() -> Response:
    """Suggest the meetings of a file on the shown days; a file that cannot be read is refused in one sentence."""
    context, form = current(), request.form
    if are_off(context):
        return ChangeAnswer(localize(OFF), "dialog", failed=True).send(409)
    try:
        span = _span()
        read = store_meetings(context.viewer_context, dependencies().files.read_meetings, _sent(), span)
    except InvalidInput as error:
        page = _dialog(form.get("first", ""), form.get("last", ""), error.sentence, form.get("text", ""))
        return make_response(page, 422)
    said = _read_sentence(read, _suggested(context, span) if read.count else 0)
    return ChangeAnswer(said, "dialog", warning=bool(read.cut or read.unread)).send()


def _suggested(context: Context, span: DateSpan) -> int:
    """Return how many meetings of the file the list and the calendar suggest."""
    days = MultiDict(
        {"view": View.RANGE.value, "first": span.first.isoformat(), "last": span.last.isoformat()}
    )
    found = found_on(context, open_sheet(context, days).sheet)
    return sum(not one.actions for some in found.values() for one in some)


def _sent() -> bytes:
    """Return the bytes of the file, or of the pasted text."""
    text = request.form.get("text", "").strip()
    if text and not (request.files.get("file") and request.files["file"].filename):
        return text.encode(errors="replace")
    try:
        return read_upload("", LARGEST_CALENDAR)
    except InvalidInput:
        raise InvalidInput(EMPTY, field="file") from None


def _span() -> DateSpan:
    first = read_day(request.form.get("first"), date.min)
    last = read_day(request.form.get("last"), date.min)
    if not date.min < first <= last or (last - first).days >= LONGEST_RANGE:
        raise InvalidInput(WRONG_DAYS, field="file")
    return DateSpan(first, last)


def _read_sentence(read: FileRead, suggested: int) -> str:
    """Return how many meetings are suggested, and what is missing among them."""
    left_out = read.count - suggested
    parts = [
        _n(
            "{count} meeting is suggested in the list and the calendar.",
            "{count} meetings are suggested in the list and the calendar.",
            suggested,
        )
        if suggested
        else _("No meetings of the file are suggested on these days.")
        if left_out or read.unread or read.cut
        else _("The file has no meetings on these days.")
    ]
    if left_out:
        parts.append(
            _n(
                "{count} meeting is left out, because it is logged, dismissed, or on a closed day.",
                "{count} meetings are left out, because they are logged, dismissed, or on a closed day.",
                left_out,
            )
        )
    if read.cut:
        parts.append(_("There are more than could be read: export only the days that you need."))
    if read.unread:
        parts.append(
            _n(
                "{count} event has a time or a repetition that this app cannot read.",
                "{count} events have a time or a repetition that this app cannot read.",
                read.unread,
            )
        )
    return join_sentences(parts)


def _dialog(first: str, last: str, problem: Message | str = "", text: str = "") -> str:
    return render_template(
        "suggestion/_calendar_file.html",
        first=first,
        last=last,
        problem=localize(problem),
        text=text,
        most=LARGEST_CALENDAR // 1024 // 1024,
        most_bytes=LARGEST_CALENDAR,
        too_large=localize(TOO_LARGE),
    )
