"""The response after a change: the updated dialog, a message, and an undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, make_response, render_template, url_for

from timesheet.domain.message import Seconds, message
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.undo import offer_undo
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.dates import full_date
from timesheet.web.http.htmx import SHEET_CHANGED, with_event
from timesheet.web.http.language import Printed, _, join_sentences, localize, reader_locale
from timesheet.web.worklog.cell import CellList

NOTHING = message("Nothing was changed.")
SENTENCES = {
    "logged": (message("{duration} logged on {issue}, {day}."), message("{duration} logged, {day}.")),
    "saved": (message("{duration} saved on {issue}, {day}."), message("{duration} saved, {day}.")),
    "moved": (message("{duration} moved to {issue}, {day}."), message("{duration} moved, {day}.")),
    "deleted": (message("{duration} deleted on {issue}, {day}."), message("{duration} deleted, {day}.")),
    "removed again": (
        message("{duration} removed again on {issue}, {day}."),
        message("{duration} removed again, {day}."),
    ),
    "restored": (message("{duration} restored on {issue}, {day}."), message("{duration} restored, {day}.")),
}
"""The sentence about each kind of write, with the issue and without."""


@dataclass(frozen=True, slots=True)
class Undo:
    """The undo of a change: its address and its message; ``id`` is that of the message that offers it.

    With ``redo``, the change is itself an undo.
    """

    id: str
    url: str
    fields: Mapping[str, str]
    redo: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    """The result of an undo, or of a ``redo``: ``back`` reverses it in turn, None if nothing was changed."""

    redo: bool
    back: Undo | None


@dataclass(frozen=True, slots=True)
class BulkVerdict:
    """One worklog, ready to print; ``skip`` says why it stays as it is, empty if it changes."""

    issue_key: str
    summary: str
    day: str
    duration: Printed
    skip: str


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """The content of a response. ``place`` is emptied, or shows ``cell``; ``undone`` is the message to remove.

    ``warning``: the change was made, but looks like a mistake. ``refused`` are worklogs that stay as they are, for
    ``cell``. ``reversal`` says that the change is an undo or a redo.
    """

    said: str = ""
    place: str = ""
    cell: CellList | None = None
    undo: Undo | None = None
    failed: bool = False
    undone: str = ""
    changed: bool = True
    warning: bool = False
    refused: Sequence[BulkVerdict] = ()
    reversal: Reversal | None = None

    def send(self, status: int = 200) -> Response:
        """Return the fragments, and the event that makes the sheet reload."""
        html = render_template(
            "worklog/_done_oob.html",
            said=self.said,
            place=self.place,
            cell=self.cell,
            undo=self.undo,
            failed=self.failed,
            undone=self.undone,
            warning=self.warning,
            refused=self.refused,
            reversal=self.reversal,
        )
        response = make_response(html, status)
        return with_event(response, SHEET_CHANGED, {"target": "body"}) if self.changed else response


def say(context: ViewerContext, what: str, saved: WriteResult) -> str:
    """Return one sentence about a write, e.g. ``1h 30m logged on PAY-12, Tuesday …``, with its notes.

    ``what`` is a key of SENTENCES. If nothing was changed, the notes say why, as far as there are any.
    """
    worklog = saved.worklog or saved.removed
    if not saved.changed or worklog is None:
        return join_sentences(map(localize, saved.notes)) or localize(NOTHING)
    duration, day = Seconds(worklog.seconds), day_in_words(context, worklog.day)
    with_issue, without = SENTENCES[what]
    first = (
        _(with_issue, duration=duration, issue=saved.issue.key, day=day)
        if saved.issue
        else _(without, duration=duration, day=day)
    )
    return join_sentences((first, *map(localize, saved.notes), *_remaining_estimate(saved)))


def answer_logged(context: ViewerContext, saved: Sequence[WriteResult], place: str) -> Response:
    """Return the response to time that was logged as one worklog or several, which one undo takes back."""
    return ChangeAnswer(
        join_sentences(say(context, "logged", one) for one in saved),
        place,
        undo=undo_of(context, *saved),
        changed=any(one.changed for one in saved),
        warning=any(one.over_long for one in saved),
    ).send()


def day_in_words(context: ViewerContext, day: date) -> str:
    """Return weekday and date in the viewer's locale."""
    return full_date(day, reader_locale(context.profile.locale))


def undo_of(context: ViewerContext, *saved: WriteResult) -> Undo | None:
    """Return the undo of these writes as one, None if there is none."""
    return undo_by(offer_undo(context, *saved))


def undo_by(tokens: Sequence[str], *, redo: bool = False) -> Undo | None:
    """Return the undo for these tokens; they stand for an undo that is to be reversed if it is a ``redo``."""
    if not tokens:
        return None
    fields = {"undo": ",".join(tokens)} | ({"redo": "1"} if redo else {})
    return Undo(f"undo-{tokens[0]}", url_for("undo.take_back"), fields, redo)


def _remaining_estimate(saved: WriteResult) -> tuple[str, ...]:
    issue = saved.issue
    return (
        ()
        if issue is None or issue.remaining_seconds is None
        else (_("Remaining estimate: {duration}.", duration=Seconds(issue.remaining_seconds)),)
    )
