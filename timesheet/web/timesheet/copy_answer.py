"""The answer to a copy or a template: its progress, what was logged, with an undo, and why the rest was not."""

from __future__ import annotations

from flask import Response, make_response, render_template

from timesheet.domain.message import Seconds, message
from timesheet.services.timesheet.copy import CopyResult
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.undo import offer_undo
from timesheet.web.http.language import _, _n, join_sentences, localize
from timesheet.web.worklog.answer import ChangeAnswer, undo_of
from timesheet.web.worklog.verdict import PartialResult, verdict_of

COPY_AGAIN = message(
    "Jira did not answer for one worklog, so it may or may not be logged. Try again in a few "
    "minutes: nothing is logged twice."
)


def answer_copy(context: ViewerContext, key: str, result: CopyResult) -> Response:
    """Show the progress; at the end close the dialog, or replace it by the worklogs that were not copied."""
    if result.left:
        page = render_template(
            "timesheet/copy/_progress.html",
            key=key,
            done=result.done,
            count=result.done + len(result.left),
            undo=",".join(offer_undo(context, *result.saved)),
        )
        return make_response(page)
    undo = undo_of(context, *result.saved)
    if not result.failed:
        return ChangeAnswer(
            _result_sentence(result), "dialog", undo=undo, warning=any(line.closed for line in result.lines)
        ).send()
    return PartialResult(
        _title(result),
        _result_sentence(result),
        _not_copied(result),
        [
            verdict_of(context, line.issue, line.day, line.seconds, sentence)
            for line, sentence in result.failed
        ],
        undo,
    ).send(200 if result.saved else 422)


def _title(result: CopyResult) -> str:
    if result.saved:
        return _("Not everything was logged")
    return _("It is not known yet what was logged") if result.unsure else _("Nothing was logged")


def _not_copied(result: CopyResult) -> str:
    count = len(result.failed)
    if result.unsure:
        return _n("{count} worklog not confirmed:", "{count} worklogs not confirmed:", count)
    return _n("{count} worklog not logged:", "{count} worklogs not logged:", count)


def _result_sentence(result: CopyResult) -> str:
    """Return what was copied, what is in closed days and who can reopen them, and what to do without Jira's answer."""
    saved = result.saved
    seconds = sum(one.worklog.seconds for one in saved if one.worklog)
    closed = [line for line in result.lines if line.closed]
    parts = []
    if saved:
        parts.append(
            _n(
                "{count} worklog logged, {duration} in all.",
                "{count} worklogs logged, {duration} in all.",
                len(saved),
                duration=Seconds(seconds),
            )
        )
    if result.unsure:
        parts.append(localize(COPY_AGAIN))
    elif not saved:
        parts.append(_("Nothing was logged."))
    if closed:
        parts.append(
            _n(
                "{count} worklog was left out, because the day is closed.",
                "{count} worklogs were left out, because the day is closed.",
                len(closed),
            )
        )
    parts.extend(dict.fromkeys(localize(line.skip) for line in closed))
    return join_sentences(parts)
