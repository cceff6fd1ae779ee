"""Worklogs of a plan or a result, each with the reason why it stays; and the dialog after a partial change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, make_response, render_template

from timesheet.domain.worklog.issue import Issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.web.http.htmx import SHEET_CHANGED, with_event
from timesheet.web.http.language import Printed, localize, printed_durations
from timesheet.web.worklog.answer import BulkVerdict, Reversal, Undo, day_in_words


@dataclass(frozen=True, slots=True)
class PartialResult:
    """The result of a partial change of many worklogs: sentences, and a verdict for each worklog that stays.

    ``unsure`` is what to say if Jira may have carried out one of them, because its answer was lost. ``back`` is the
    text of the button for ``undo``, which undoes what was done unless that was an undo itself.
    """

    title: str
    said: str
    unchanged: str
    verdicts: Sequence[BulkVerdict]
    undo: Undo | None
    unsure: str = ""
    place: str = "dialog"
    back: str = ""
    reversal: Reversal | None = None

    def send(self, status: int) -> Response:
        """Return the dialog, and the event that makes the sheet reload."""
        page = make_response(render_template("worklog/_partly_oob.html", partly=self), status)
        return with_event(page, SHEET_CHANGED, {"target": "body"})


def verdict_of(
    context: ViewerContext, issue: Issue, day: date | None, seconds: int | None, skip: str
) -> BulkVerdict:
    """Return a verdict in the reader's language; day and time are None if they are not shown."""
    return BulkVerdict(
        issue.key,
        localize(issue.summary),
        day_in_words(context, day) if day else "",
        Printed() if seconds is None else printed_durations(seconds),
        localize(skip),
    )
