"""Start, pause, and stop a person's timer, and log its time once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from timesheet.domain.duration import MINUTE
from timesheet.domain.errors import Conflict, InvalidInput, NotAllowed
from timesheet.domain.jira_time import epoch_ms, work_date
from timesheet.domain.message import Seconds, message
from timesheet.domain.span import DateSpan
from timesheet.domain.timer import Timer, TimerRules, start_timer
from timesheet.domain.worklog.issue import Issue
from timesheet.services.calendar.expected import read_expected
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.timer import TimerStore
from timesheet.services.snapshot.issue import get_issue
from timesheet.services.snapshot.row_lock import read_row_lock
from timesheet.services.timer.command import ChangeTimer, LogTimer, StartTimer
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.idempotency import REPEAT_SECONDS, digest
from timesheet.services.worklog.split import log_by_day
from timesheet.services.worklog.write_result import WriteResult

STOPPED = message(
    "This timer was stopped in another tab or on another device: its time is logged or discarded already, "
    "so nothing was done here."
)
RESUMED = message(
    "The timer was resumed in another tab or on another device and runs, so nothing was logged. Stop it to log all of "
    "its time."
)
MEASURED_MORE = message(
    "The timer was resumed in another tab or on another device and measured {duration} in all, so nothing was logged. "
    "Check the time, then log it."
)
MEASURED_SINCE = message(
    "The timer has measured more time since this question was asked, so nothing was discarded."
)
OTHER_PROJECT = message("Timers are limited to some projects on this site, and {project} is not one of them.")


@dataclass(eq=False, kw_only=True)
class MeasuredMore(InvalidInput):
    """The timer has measured more than its form or question shows."""


@dataclass(frozen=True, slots=True)
class TimerState:
    """A timer as it is ``now``. From ``ask_at`` on, the person is asked whether it was forgotten."""

    timer: Timer
    now: datetime
    ask_at: datetime

    @property
    def seconds(self) -> int:
        """Return the seconds that it has counted."""
        return self.timer.seconds(self.now)

    @property
    def forgotten(self) -> bool:
        """Return True if it may have been forgotten."""
        return self.now >= self.ask_at


@dataclass(frozen=True, slots=True)
class Started:
    """The timer after a start ``at`` a time.

    ``waiting`` is the id of the issue to start on from then, once the time of this one is logged.
    """

    timer: Timer
    at: datetime
    waiting: int | None = None


def read_state(context: ViewerContext, timers: TimerStore, stores: Stores) -> TimerState | None:
    """Return the viewer's timer, None without one."""
    timer = timers.read(context.viewer)
    return timer_state(context, stores, timer) if timer else None


def timer_state(context: ViewerContext, stores: Stores, timer: Timer) -> TimerState:
    """Return a timer as it is now; a day without expected time is as long as the site's working day."""
    tracking = context.tracking
    day = work_date(timer.started, context.zone)
    expected = read_expected(
        stores, context.cache, context.site, tracking, context.viewer, DateSpan(day, day)
    )
    usual = expected[0].seconds or tracking.day_seconds
    return TimerState(timer, context.clock(), timer.ask_at(usual, context.zone))


def may_be_forgotten(context: ViewerContext, stores: Stores, timer: Timer) -> bool:
    """Return True for a timer about which its person was to be asked before it was stopped."""
    stopped = timer.paused or context.clock()
    return timer_state(context, stores, replace(timer, paused=None)).ask_at <= stopped


def begin_timer(
    context: ViewerContext, timers: TimerStore, rules: TimerRules, command: StartTimer
) -> Started:
    """Start a timer, or resume the one on the same issue.

    One on another issue, or of an earlier day, is paused, and the new one waits until its time is logged or discarded:
    nothing is lost, counted twice, or counted on another day. Raise NotFound for an issue that is hidden, NotAllowed
    for a project without timers and for an issue on which the viewer could not log the time.
    """
    issue = _allowed_issue(context, rules, command.issue_id)
    lock, now = read_row_lock(context, issue), context.clock()
    with _turn(context):
        timer = timers.read(context.viewer)
        goes_on = (
            timer is not None and timer.issue_id == issue.id and not _is_of_another_day(context, timer, now)
        )
        if lock and not goes_on:
            raise NotAllowed(lock.sentence(issue))
        if timer is None:
            timer = start_timer(context.viewer, issue.id, now)
            if timers.add(timer):
                return Started(timer, now)
            raise Conflict(STOPPED)
        if goes_on:
            return Started(_changed(timers, timer, timer.resume(now)), now)
        return Started(_changed(timers, timer, timer.pause(now)), now, issue.id)


def pause_timer(context: ViewerContext, timers: TimerStore, command: ChangeTimer) -> Timer:
    """Pause the timer. Raise Conflict if it is gone."""
    return _change(context, timers, command, lambda timer: timer.pause(context.clock()))


def resume_timer(
    context: ViewerContext, timers: TimerStore, rules: TimerRules, command: ChangeTimer
) -> Started:
    """Let the timer run again. One of an earlier day stays paused, and a new one on its issue waits, as for a start.

    Raise Conflict if it is gone, and what ``begin_timer`` raises if a new one may not start.
    """
    timer, now = _current(context, timers, command.key), context.clock()
    if _is_of_another_day(context, timer, now):
        _check_next(context, rules, timer.issue_id)
        return Started(timer, now, timer.issue_id)
    return Started(_change(context, timers, command, lambda timer: timer.resume(now)), now)


def confirm_timer(context: ViewerContext, timers: TimerStore, command: ChangeTimer) -> Timer:
    """Record that the timer was not forgotten, which delays the next question. Raise Conflict if it is gone."""
    return _change(context, timers, command, lambda timer: replace(timer, confirmed=context.clock()))


def discard_timer(context: ViewerContext, timers: TimerStore, rules: TimerRules, command: ChangeTimer) -> int:
    """Remove the timer without logging its time, and return the id of its issue; one that waits for it starts.

    Raise Conflict if it is gone, MeasuredMore if it has measured a minute or more since the question, and what
    ``begin_timer`` raises if the one that waits may not start. The same request again, from a browser that received no
    answer, returns the same id.
    """
    _check_next(context, rules, command.next_issue_id)
    discarded = context.key("timer-discarded", command.key, digest(repr(command)))
    with _turn(context):
        earlier: int | None = context.cache.get(discarded)
        if earlier is not None:
            return earlier
        timer = _current(context, timers, command.key)
        if command.measured is not None and timer.seconds(context.clock()) >= command.measured + MINUTE:
            raise MeasuredMore(MEASURED_SINCE)
        _end(context, timers, timer, command)
        context.cache.put(discarded, timer.issue_id, REPEAT_SECONDS)
        return timer.issue_id


def log_timer(
    context: ViewerContext, timers: TimerStore, rules: TimerRules, command: LogTimer
) -> Sequence[WriteResult]:
    """Log the time of the timer and remove it; a timer that waits for it starts from when it was chosen.

    Raise Conflict if another tab has logged or discarded it meanwhile, MeasuredMore if another tab has let it go on,
    ClosedPart if the time is split and one of its days is closed, and what ``begin_timer`` raises if the one that
    waits may not start. A request that fails keeps the timer, and the timer's key lets the next one find what is
    logged already. The same request again, from a browser that received no answer, returns the same results.
    """
    _check_next(context, rules, command.next_issue_id)
    entry = command.entry
    logged = context.key("timer-logged", entry.key, digest(repr(entry)))
    with _turn(context):
        earlier: Sequence[WriteResult] | None = context.cache.get(logged)
        if earlier:
            return earlier
        timer = _current(context, timers, entry.key)
        _require_measured(timer, rules, command.measured)
        results = tuple(log_by_day(context, entry, timer.pauses))
        _end(context, timers, timer, command)
        context.cache.put(logged, results, REPEAT_SECONDS)
        return results


def _require_measured(timer: Timer, rules: TimerRules, shown: int | None) -> None:
    """Raise MeasuredMore unless the timer is as its form ``shown`` it, because the rest of its time would be lost.

    The form comes from a paused timer. That of an earlier version does not say what it showed.
    """
    if shown is None:
        return
    if timer.paused is None:
        raise MeasuredMore(RESUMED, field="duration")
    measured = timer.seconds(timer.paused)
    if measured != shown:
        duration = Seconds(rules.rounded(measured))
        raise MeasuredMore(message(MEASURED_MORE, duration=duration), field="duration")


def refuse_project(rules: TimerRules, issue: Issue) -> NotAllowed | None:
    """Return the refusal of a timer on an issue of a project without timers; None for any other issue."""
    if rules.allows(issue.project_id):
        return None
    return NotAllowed(message(OTHER_PROJECT, project=issue.project_key), layer="site")  # not shown


def _allowed_issue(context: ViewerContext, rules: TimerRules, issue_id: int) -> Issue:
    """Return the issue of a new timer. Raise NotFound or NotAllowed if the viewer may not start one on it."""
    issue = get_issue(context, issue_id)
    if refusal := refuse_project(rules, issue):
        raise refusal
    context.required_tracking()
    return issue


def _check_next(context: ViewerContext, rules: TimerRules, issue_id: int | None) -> None:
    """Check the issue that waits as if its timer started now: the browser says which one it is."""
    if issue_id is None:
        return
    issue = _allowed_issue(context, rules, issue_id)
    if lock := read_row_lock(context, issue):
        raise NotAllowed(lock.sentence(issue))


def _change(
    context: ViewerContext, timers: TimerStore, command: ChangeTimer, change: Callable[[Timer], Timer]
) -> Timer:
    with _turn(context):
        timer = _current(context, timers, command.key)
        return _changed(timers, timer, change(timer))


def _changed(timers: TimerStore, before: Timer, after: Timer) -> Timer:
    if after != before and not timers.change(after):
        raise Conflict(STOPPED)
    return after


def _end(context: ViewerContext, timers: TimerStore, timer: Timer, command: ChangeTimer | LogTimer) -> None:
    """Remove a timer, and start the one that waits for it.

    A timer that is gone meanwhile was erased with all data of its person, who must not come back by the next one.
    """
    if timers.remove(timer) and command.next_issue_id is not None:
        begin = _begin_of_next(timer, command.next_from, context.clock())
        timers.add(start_timer(context.viewer, command.next_issue_id, begin))


def _begin_of_next(timer: Timer, chosen: int | None, now: datetime) -> datetime:
    """Return when the next timer begins: when it was chosen, but neither before this one was paused nor later than now.

    This one may have been paused long before, and the time between belongs to neither.
    """
    if chosen is None or timer.paused is None:
        return now
    earliest, latest = epoch_ms(timer.paused), epoch_ms(now)
    return datetime.fromtimestamp(min(max(chosen, earliest), latest) / 1000, UTC)


def _is_of_another_day(context: ViewerContext, timer: Timer, now: datetime) -> bool:
    """Return True for a paused timer that was started on another day than today."""
    began, today = (work_date(one, context.zone) for one in (timer.started, now))
    return timer.paused is not None and began != today


def _current(context: ViewerContext, timers: TimerStore, key: str) -> Timer:
    timer = timers.read(context.viewer)
    if timer is None or timer.key != key:
        raise Conflict(STOPPED)
    return timer


def _turn(context: ViewerContext) -> AbstractContextManager[None]:
    """Let one request at a time change the viewer's timer, so that two tabs do not log its time twice."""
    return context.cache.turn(context.key("timer"))
