"""The timer as it is printed: in the bar of My Timesheet, or in the panel of an issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request

from timesheet.domain.duration import HOUR, MINUTE
from timesheet.domain.errors import TimesheetError
from timesheet.domain.jira_time import epoch_ms, work_date
from timesheet.domain.permission import Allowed, Decision, SitePermission, has_site_permission
from timesheet.domain.timer import TimerRules
from timesheet.domain.worklog.issue import Issue
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.snapshot.row_lock import read_row_lock
from timesheet.services.timer.timer import TimerState, read_state
from timesheet.services.viewer.context import ViewerContext
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import clock_time, full_date
from timesheet.web.http.fields import read_issue_id
from timesheet.web.http.language import reader_locale
from timesheet.web.worklog.form import NextTimer, read_place


@dataclass(frozen=True, slots=True)
class TimerView:
    """A timer ready to print; instants are in milliseconds for the script that counts on.

    ``issue`` is None if it cannot be read now. ``since`` is the time of the start.
    """

    key: str
    issue_id: int
    issue: Issue | None
    paused: bool
    seconds: int
    time: str
    since: str
    counts_from: int
    paused_at: int | None
    now: int
    ask_at: int
    forgotten: bool


def rules_of(context: Context) -> TimerRules:
    """Return the rules that the site's admins chose for timers."""
    return context.site_settings.timers


def may_start(context: Context) -> Decision:
    """Decide whether the viewer may start a timer. People who lost the permission may still end theirs."""
    return has_site_permission(context.permissions, SitePermission.TIMERS, context.requester)


def render_timer() -> str:
    """Render the timer for the place that asks, My Timesheet or the panel of an issue."""
    context, place = current(), read_place(request.args)
    state = read_state(context.viewer_context, context.timers, context.stores)
    issue_id = read_issue_id(request.args["at"]) if request.args.get("at") else None
    issue = issue_of(context.viewer_context, issue_id) if issue_id else None
    return render_template(
        "timer/_timer.html",
        timer=state and _timer_view(context.viewer_context, state),
        place=place,
        at=issue_id,
        may_start=isinstance(may_start(context), Allowed)
        and (issue is None or rules_of(context).allows(issue.project_id)),
        locked=_lock(context.viewer_context, issue),
        site_url=context.site.display_url,
    )


def _lock(context: ViewerContext, issue: Issue | None) -> str:
    """Return why the viewer cannot log time on the issue of a panel; empty if they can, or nothing is known."""
    lock = read_row_lock(context, issue) if issue else None
    return lock.sentence(issue) if issue and lock else ""


def _timer_view(context: ViewerContext, state: TimerState) -> TimerView:
    """Return a timer as it is printed."""
    timer = state.timer
    return TimerView(
        key=timer.key,
        issue_id=timer.issue_id,
        issue=issue_of(context, timer.issue_id),
        paused=timer.paused is not None,
        seconds=state.seconds,
        time=stopwatch(state.seconds),
        since=since(context, timer.started),
        counts_from=epoch_ms(timer.counts_from),
        paused_at=epoch_ms(timer.paused) if timer.paused else None,
        now=epoch_ms(state.now),
        ask_at=epoch_ms(state.ask_at),
        forgotten=state.forgotten,
    )


def render_question(next_timer: NextTimer, problem: str = "") -> str:
    """Render the question before a timer is discarded; ``problem`` says why it is asked again."""
    context = current()
    state = read_state(context.viewer_context, context.timers, context.stores)
    return render_template(
        "timer/_discard.html",
        timer=state and _timer_view(context.viewer_context, state),
        place=read_place(request.args),
        next_timer=next_timer,
        problem=problem,
    )


def issue_of(context: ViewerContext, issue_id: int) -> Issue | None:
    """Return the issue of a timer; None if Jira does not show it now."""
    try:
        return get_issue(context, issue_id)
    except TimesheetError:
        return None


def issue_name(issue_id: int) -> str:
    """Return the key of an issue; empty if Jira does not show it now."""
    issue = issue_of(current().viewer_context, issue_id)
    return issue.key if issue else ""


def since(context: ViewerContext, started: datetime) -> str:
    """Return the time of a start, with its day unless that is today."""
    locale, today = reader_locale(context.profile.locale), work_date(context.clock(), context.zone)
    clock, day = clock_time(started, context.zone, locale), work_date(started, context.zone)
    return clock if day == today else f"{full_date(day, locale)}, {clock}"


def stopwatch(seconds: int) -> str:
    """Return seconds as ``h:mm:ss``, as the script in the page counts on."""
    return f"{seconds // HOUR}:{seconds % HOUR // MINUTE:02d}:{seconds % MINUTE:02d}"
