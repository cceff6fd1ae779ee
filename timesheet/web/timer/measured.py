"""The worklog form with the time of a timer."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request, url_for

from timesheet.domain.errors import NotFound
from timesheet.domain.timer import Timer, TimerRounding, rounded
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.midnight import split_by_day
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.timer.timer import may_be_forgotten
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.form_reads import begin_form_reads
from timesheet.services.worklog.split import MOST_PARTS
from timesheet.web.http.context import Context, current
from timesheet.web.http.fields import read_issue_id
from timesheet.web.http.language import _, duration_words
from timesheet.web.timer.view import issue_name, rules_of, since, stopwatch
from timesheet.web.worklog.dialog import render_form
from timesheet.web.worklog.form import NO_NEXT_TIMER, Measured, NextTimer, WorklogForm, chosen, read_place


def form_of_timer(context: Context, timer: Timer) -> WorklogForm:
    """Return the form filled in with the time of a timer, on the day on which it began."""
    viewer_context = context.viewer_context
    begin_form_reads(viewer_context, timer.issue_id)
    local = timer.started.astimezone(viewer_context.zone)
    issue = _found(viewer_context, timer.issue_id)
    return WorklogForm(
        **(chosen(issue) if issue else {}),
        day=local.date().isoformat(),
        start=f"{local:%H:%M}",
        fold=str(local.fold),
        duration=duration_words(rules_of(context).rounded(timer.seconds(context.clock()))),
        key=timer.key,
        place=read_place(request.args),
    )


def render_measured(
    form: WorklogForm, next_timer: NextTimer = NO_NEXT_TIMER, errors: Mapping[str, str] | None = None
) -> str:
    """Render the form, with what was measured, and the timer that starts afterward."""
    context = current()
    timer = context.timers.read(context.identity.account_id)
    measured = _measured(context, timer, next_timer) if timer else None
    return render_form(context.viewer_context, form, dict(errors or {}), measured=measured)


def _measured(context: Context, timer: Timer, next_timer: NextTimer) -> Measured:
    viewer_context, seconds = context.viewer_context, timer.seconds(context.clock())
    to_log = rules_of(context).rounded(seconds)
    days = len(list(split_by_day(timer.started, to_log, viewer_context.zone, timer.pauses)))
    return Measured(
        url_for("timer.log", place=read_place(request.args), at=request.args.get("at")),
        0 if timer.paused is None else seconds,
        tuple(_notes(context, timer, seconds, to_log, next_timer.issue)),
        next_timer,
        "split" in request.form if 1 < days <= MOST_PARTS else None,
    )


def _notes(context: Context, timer: Timer, seconds: int, to_log: int, next_issue: str) -> list[str]:
    viewer_context = context.viewer_context
    began, raw = since(viewer_context, timer.started), stopwatch(seconds)
    notes = [
        _("Measured {time} since {start}.", time=raw, start=began)
        if to_log == rounded(seconds, 0, TimerRounding.NEAREST)
        else _(
            "Measured {time} since {start}, rounded to {rounded}.",
            time=raw,
            start=began,
            rounded=duration_words(to_log),
        )
    ]
    if may_be_forgotten(viewer_context, context.stores, timer):
        notes.append(_("You may have forgotten to stop the timer. Check the time before you log it."))
    issue = _found(viewer_context, timer.issue_id)
    if issue is None:
        notes.append(
            _(
                "The issue was deleted or is hidden from you now. The time is kept: choose another issue for it."
            )
        )
    elif issue.done:
        notes.append(_("{issue} is done by now, so Jira may refuse the time.", issue=issue.key))
    if next_issue and (waiting := issue_name(read_issue_id(next_issue))):
        notes.append(_("The timer on {issue} starts when this time is logged or discarded.", issue=waiting))
    return notes


def _found(context: ViewerContext, issue_id: int) -> Issue | None:
    """Return the issue; None if it was deleted or is hidden from the viewer."""
    try:
        return get_issue(context, issue_id)
    except NotFound:
        return None
