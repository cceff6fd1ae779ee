"""Show the viewer's timer, and handle its buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.jira_time import epoch_ms
from timesheet.domain.permission import Module, require
from timesheet.domain.timer import Timer
from timesheet.services.ports.timer import TimerStore
from timesheet.services.timer.command import ChangeTimer, LogTimer, StartTimer
from timesheet.services.timer.timer import (
    MeasuredMore,
    Started,
    begin_timer,
    confirm_timer,
    discard_timer,
    log_timer,
    pause_timer,
    resume_timer,
)
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.split import ClosedPart
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.errors import answer_error
from timesheet.web.http.form import answer, sent
from timesheet.web.http.htmx import TIMER_CHANGED, with_event
from timesheet.web.http.language import _
from timesheet.web.timer.measured import form_of_timer, render_measured
from timesheet.web.timer.view import issue_name, may_start, render_question, render_timer, rules_of
from timesheet.web.worklog.answer import ChangeAnswer, answer_logged
from timesheet.web.worklog.dialog import sentences, with_issue
from timesheet.web.worklog.form import PLACES, NextTimer, fields_of, read_form, read_place, with_open_days

blueprint = Blueprint("timer", __name__, url_prefix="/timer")

Changed = TypeVar("Changed", Timer, Started, int)


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_timer() -> str:
    """Show the timer with its buttons; in the panel of an ``issue``, also the actions there."""
    return render_timer()


@blueprint.get("/new")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def choose_issue() -> str:
    """Ask for the issue of a new timer."""
    return render_template("timer/_search.html")


@blueprint.post("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def start() -> str:
    """Start a timer. If there is one on another issue, it is paused, and its worklog is asked for first."""
    context = current()
    require(may_start(context))
    started = begin_timer(context.viewer_context, context.timers, rules_of(context), sent(StartTimer))
    if started.waiting is not None:
        return _ask_first(started)
    return _with_dialog("") + _announce(started.timer)


@blueprint.post("/pause")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def pause() -> Response:
    """Pause the timer."""
    return _change(pause_timer, lambda timer: render_timer() + _announce(timer))


@blueprint.post("/resume")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def resume() -> Response:
    """Let the timer run again. If it is of an earlier day, its worklog is asked for first."""

    def resume_it(viewer_context: ViewerContext, timers: TimerStore, command: ChangeTimer) -> Started:
        context = current()
        started = resume_timer(viewer_context, timers, rules_of(context), command)
        _require_next(context, started.waiting)
        return started

    def show(started: Started) -> str:
        return _ask_first(started) if started.waiting else render_timer() + _announce(started.timer)

    return _change(resume_it, show)


@blueprint.post("/confirm")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def confirm() -> Response:
    """Record that the timer was not forgotten."""
    return _change(confirm_timer)


@blueprint.post("/stop")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def stop() -> Response:
    """Pause the timer, so that the time of filling in the form does not count, and show the form with its time."""

    def show(timer: Timer) -> str:
        return _with_dialog(render_measured(form_of_timer(current(), timer)))

    return _change(pause_timer, show)


@blueprint.post("/log")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def log() -> Response:
    """Log the time in the form once, and end the timer; if it is refused, show the form as it was typed."""
    context = current()
    viewer_context = context.viewer_context
    form = with_issue(viewer_context, read_form(request.form))

    def write() -> Sequence[WriteResult]:
        fields = fields_of(form, next_timer=_next_of(request.form), measured=request.form.get("measured", ""))
        command = LogTimer.read(fields, viewer_context.required_tracking)
        _require_next(context, command.next_issue_id)
        return log_timer(viewer_context, context.timers, rules_of(context), command)

    def done(saved: Sequence[WriteResult]) -> Response:
        return _beside_timer(answer_logged(viewer_context, saved, form.place))

    def show_again(error: InvalidInput) -> str:
        shown = with_open_days(form, error) if isinstance(error, ClosedPart) else form
        again = render_measured(shown, _next_of(request.form), sentences(error))
        return again + _timer_beside() if isinstance(error, MeasuredMore) else again

    return _with_refresh_if_gone(lambda: answer(write, done, show_again))


@blueprint.get("/discard")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def ask_discard() -> str:
    """Ask before the time is discarded, because it cannot be brought back."""
    return render_question(_next_of(request.args))


@blueprint.post("/discard")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def discard() -> Response:
    """End the timer without logging its time."""

    def end(viewer_context: ViewerContext, timers: TimerStore, command: ChangeTimer) -> int:
        _require_next(current(), command.next_issue_id)
        return discard_timer(viewer_context, timers, rules_of(current()), command)

    def show(issue_id: int) -> Response:
        issue = issue_name(issue_id)
        sentence = (
            _("The timer on {issue} is discarded.", issue=issue) if issue else _("The timer is discarded.")
        )
        return _beside_timer(ChangeAnswer(sentence, read_place(request.args), changed=False).send())

    def ask_again(error: InvalidInput) -> str:
        if not isinstance(error, MeasuredMore):
            raise error
        return render_question(_next_of(request.form), error.sentence) + _timer_beside()

    return _change(end, show, ask_again)


def _require_next(context: Context, issue_id: int | None) -> None:
    """Raise NotAllowed if a timer waits for this one to end, and the viewer may not start timers."""
    if issue_id is not None:
        require(may_start(context))


def _announce(timer: Timer) -> str:
    """Return the announcement of a timer's state for screen readers: the focus may be in a cell far from the timer."""
    issue = issue_name(timer.issue_id)
    if timer.paused:
        said = _("The timer on {issue} is paused.", issue=issue) if issue else _("The timer is paused.")
    else:
        said = _("The timer on {issue} is running.", issue=issue) if issue else _("The timer is running.")
    return render_template("_said_oob.html", said=said)


def _ask_first(started: Started) -> str:
    """Return the timer, and the form with its time: another timer waits for it to end."""
    next_timer = NextTimer(str(started.waiting), str(epoch_ms(started.at)))
    return _with_dialog(render_measured(form_of_timer(current(), started.timer), next_timer))


def _next_of(fields: Mapping[str, str]) -> NextTimer:
    return NextTimer(fields.get("next", ""), fields.get("next_from", ""))


def _refuse(error: InvalidInput) -> str:
    raise error


def _change(
    change: Callable[[ViewerContext, TimerStore, ChangeTimer], Changed],
    show: Callable[[Changed], str | Response] = lambda _timer: render_timer(),
    refused: Callable[[InvalidInput], str] = _refuse,
) -> Response:
    """Change the timer that the browser shows, and ``show`` it."""
    context = current()
    return _with_refresh_if_gone(
        lambda: answer(
            lambda: change(context.viewer_context, context.timers, sent(ChangeTimer)), show, refused
        )
    )


def _with_refresh_if_gone(work: Callable[[], Response]) -> Response:
    """Return the response; if the timer is gone, say so, and let the page reload the timer."""
    try:
        return work()
    except Conflict as conflict:
        return with_event(answer_error(conflict), TIMER_CHANGED, {"target": "body"})


def _with_dialog(content: str) -> str:
    """Return the timer together with the new content of the place for forms; without content, a dialog closes."""
    place = read_place(request.args)
    if not content and place != PLACES[0]:
        return render_timer()
    return render_timer() + render_template("timer/_dialog_oob.html", place=place, content=Markup(content))  # noqa: S704 - rendered


def _beside_timer(response: Response) -> Response:
    """Return a response with the timer as it is now."""
    response.set_data(response.get_data(as_text=True) + _timer_beside())
    return response


def _timer_beside() -> str:
    return render_template("timer/_timer_oob.html", timer=Markup(render_timer()))  # noqa: S704 - rendered
