"""One timer for each person; its time is logged once, whatever fails and whoever else stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from threading import Thread
from typing import Any

import pytest

from tests.services.support.closing import CLOSED, FRIDAY
from tests.services.support.fake_timers import FakeTimers
from tests.services.support.scene import BERLIN, MONDAY, OPS, PAY, Scene
from timesheet.domain.calendar.global_calendar import Part
from timesheet.domain.calendar.leave import Leave
from timesheet.domain.errors import (
    Conflict,
    InvalidInput,
    JiraUnavailable,
    NotAllowed,
    NotFound,
    TimeTrackingOff,
)
from timesheet.domain.jira_time import epoch_ms, work_date
from timesheet.domain.span import DateSpan
from timesheet.domain.timer import Timer, TimerRules
from timesheet.domain.worklog.row_lock import RowLock
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange
from timesheet.services.snapshot.row_lock import forget_row_locks
from timesheet.services.timer.command import ChangeTimer, LogTimer, StartTimer
from timesheet.services.timer.timer import (
    MeasuredMore,
    Started,
    begin_timer,
    confirm_timer,
    discard_timer,
    log_timer,
    may_be_forgotten,
    pause_timer,
    read_state,
    resume_timer,
)
from timesheet.services.worklog.command import TimeEntry
from timesheet.services.worklog.split import MOST_PARTS, ClosedPart

HOUR = 3600


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def timers() -> FakeTimers:
    return FakeTimers()


def begin(scene: Scene, timers: FakeTimers, issue_id: int = PAY) -> Timer:
    return begin_timer(scene.viewer_context, timers, TimerRules(), StartTimer(issue_id)).timer


def begin_with_pause(scene: Scene, timers: FakeTimers, seconds: int) -> Timer:
    """Start a timer, pause it at once for so many seconds, and let it go on."""
    timer = begin(scene, timers)
    pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    scene.wait(seconds)
    resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timer.key))
    return timer


def entry(timer: Timer, text: str = "1h", **more: object) -> TimeEntry:
    made = TimeEntry(timer.issue_id, MONDAY, text, timer.key, time(12))
    return replace(made, **more)  # type: ignore[arg-type]


def with_next(timer: Timer, started: Started) -> LogTimer:
    """Log the time of a timer; the one that waits for it starts then."""
    return LogTimer(entry(timer), next_issue_id=started.waiting, next_from=epoch_ms(started.at))


def logged(scene: Scene) -> list[tuple[int, date, int]]:
    worklogs = sorted(scene.jira.worklogs.values(), key=lambda worklog: worklog.started)
    return [(worklog.issue_id, work_date(worklog.started, BERLIN), worklog.seconds) for worklog in worklogs]


def test_it_is_started_paused_resumed_and_logged(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    scene.wait(HOUR)
    assert begin(scene, timers) == timer, "the same issue again changes nothing"
    paused = pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    scene.wait(HOUR)
    assert paused.seconds(scene.jira.now) == HOUR
    assert timers.kept["viewer-1"] == paused
    resumed = resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timer.key)).timer
    scene.wait(60)
    assert resumed.seconds(scene.jira.now) == HOUR + 60
    [saved] = log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer, "1h 1m")))
    assert saved.worklog
    assert logged(scene) == [(PAY, MONDAY, HOUR + 60)]
    assert timers.kept == {}


def test_a_paused_one_on_the_same_issue_goes_on(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    scene.wait(HOUR)
    assert begin(scene, timers).paused is None


def test_another_issue_waits_until_the_time_of_the_first_is_logged(scene: Scene, timers: FakeTimers) -> None:
    first = begin(scene, timers)
    scene.wait(HOUR)
    at = scene.jira.now
    started = begin_timer(scene.viewer_context, timers, TimerRules(), StartTimer(OPS))
    assert (started.timer.key, started.timer.paused) == (first.key, at)
    assert (started.waiting, started.at) == (OPS, at)
    scene.wait(120)
    log_timer(scene.viewer_context, timers, TimerRules(), with_next(first, started))
    assert logged(scene) == [(PAY, MONDAY, HOUR)]
    following = timers.kept["viewer-1"]
    assert (following.issue_id, following.seconds(scene.jira.now)) == (OPS, 120), "from when it was chosen"


def test_the_time_between_a_pause_and_the_next_timer_belongs_to_neither(
    scene: Scene, timers: FakeTimers
) -> None:
    first = begin(scene, timers)
    scene.wait(HOUR)
    pause_timer(scene.viewer_context, timers, ChangeTimer(first.key))
    scene.wait(HOUR)
    started = begin_timer(scene.viewer_context, timers, TimerRules(), StartTimer(OPS))
    scene.wait(120)
    log_timer(scene.viewer_context, timers, TimerRules(), with_next(first, started))
    assert timers.kept["viewer-1"].seconds(scene.jira.now) == 120


@pytest.mark.parametrize(("chosen", "seconds"), [(None, 0), (0, 120), (10**17, 0)])
def test_the_next_timer_begins_neither_before_the_pause_nor_later_than_now(
    scene: Scene, timers: FakeTimers, chosen: int | None, seconds: int
) -> None:
    first = begin(scene, timers)
    pause_timer(scene.viewer_context, timers, ChangeTimer(first.key))
    scene.wait(120)
    discard_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(first.key, OPS, chosen))
    assert timers.kept["viewer-1"].seconds(scene.jira.now) == seconds


def test_the_next_timer_begins_now_if_another_tab_let_the_first_go_on(
    scene: Scene, timers: FakeTimers
) -> None:
    first = begin(scene, timers)
    started = begin_timer(scene.viewer_context, timers, TimerRules(), StartTimer(OPS))
    scene.wait(60)
    resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(first.key))
    scene.wait(60)
    log_timer(scene.viewer_context, timers, TimerRules(), with_next(first, started))
    assert timers.kept["viewer-1"].seconds(scene.jira.now) == 0


def test_one_that_runs_since_the_day_before_goes_on(scene: Scene, timers: FakeTimers) -> None:
    first = begin(scene, timers)
    scene.wait(20 * HOUR)
    for started in (
        begin_timer(scene.viewer_context, timers, TimerRules(), StartTimer(PAY)),
        resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(first.key)),
    ):
        assert (started.timer, started.waiting) == (first, None)


@pytest.mark.parametrize("restart", [False, True], ids=["resumed", "started again"])
def test_one_of_the_day_before_is_logged_there_before_its_issue_goes_on(
    scene: Scene, timers: FakeTimers, *, restart: bool
) -> None:
    first = begin(scene, timers)
    scene.wait(HOUR)
    pause_timer(scene.viewer_context, timers, ChangeTimer(first.key))
    scene.wait(20 * HOUR)
    context, rules = scene.viewer_context, TimerRules()
    if restart:
        started = begin_timer(context, timers, rules, StartTimer(PAY))
    else:
        started = resume_timer(context, timers, rules, ChangeTimer(first.key))
    assert (started.timer.seconds(scene.jira.now), started.waiting) == (HOUR, PAY)
    scene.wait(60)
    log_timer(scene.viewer_context, timers, rules, with_next(first, started))
    assert logged(scene) == [(PAY, MONDAY, HOUR)]
    assert (timers.kept["viewer-1"].issue_id, timers.kept["viewer-1"].seconds(scene.jira.now)) == (PAY, 60)


def test_one_of_the_day_before_on_an_issue_that_takes_no_time_by_now_does_not_go_on(
    scene: Scene, timers: FakeTimers
) -> None:
    first = begin(scene, timers)
    pause_timer(scene.viewer_context, timers, ChangeTimer(first.key))
    scene.wait(24 * HOUR)
    scene.jira.locked = {PAY: RowLock.WORKFLOW}
    forget_row_locks(scene.viewer_context)
    for refused in (
        lambda: resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(first.key)),
        lambda: begin(scene, timers),
    ):
        with pytest.raises(NotAllowed, match="its workflow allows no changes of time there"):
            refused()
    assert timers.kept["viewer-1"].key == first.key


def test_after_an_erasure_during_the_save_the_next_does_not_begin(
    scene: Scene, timers: FakeTimers, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begin(scene, timers)
    scene.wait(HOUR)
    create = scene.jira.create_worklog

    def create_and_erase(*args: Any, **named: Any) -> Worklog:
        timers.kept.clear()
        return create(*args, **named)

    monkeypatch.setattr(scene.jira, "create_worklog", create_and_erase)
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(first), next_issue_id=OPS))
    assert logged(scene) == [(PAY, MONDAY, HOUR)]
    assert timers.kept == {}


def test_a_discarded_one_lets_the_next_begin(scene: Scene, timers: FakeTimers) -> None:
    first = begin(scene, timers)
    begin_timer(scene.viewer_context, timers, TimerRules(), StartTimer(OPS))
    discard_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(first.key, OPS))
    assert timers.kept["viewer-1"].issue_id == OPS
    discard_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timers.kept["viewer-1"].key))
    assert timers.kept == {}
    assert logged(scene) == []


def test_the_second_tab_gets_a_message_and_nothing_is_logged_twice(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer)))
    with pytest.raises(Conflict, match="another tab"):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer, "2h")))
    for change in (pause_timer, confirm_timer):
        with pytest.raises(Conflict, match="another tab"):
            change(scene.viewer_context, timers, ChangeTimer(timer.key))
    with pytest.raises(Conflict, match="another tab"):
        resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timer.key))
    with pytest.raises(Conflict, match="another tab"):
        discard_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timer.key))
    assert logged(scene) == [(PAY, MONDAY, HOUR)]


def test_a_form_does_not_log_less_than_the_timer_has_measured_since_in_another_tab(
    scene: Scene, timers: FakeTimers
) -> None:
    timer = begin(scene, timers)
    scene.wait(HOUR)
    command = LogTimer(entry(timer), measured=HOUR)
    pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    scene.wait(60)
    resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timer.key))
    scene.wait(HOUR)
    with pytest.raises(MeasuredMore, match="on another device and runs, so nothing was logged"):
        log_timer(scene.viewer_context, timers, TimerRules(), command)
    pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    with pytest.raises(MeasuredMore, match="measured 2h in all") as refused:
        log_timer(scene.viewer_context, timers, TimerRules(), command)
    assert refused.value.field == "duration"
    assert logged(scene) == []
    assert timers.kept["viewer-1"].seconds(scene.jira.now) == 2 * HOUR
    log_timer(scene.viewer_context, timers, TimerRules(), replace(command, measured=2 * HOUR))
    assert logged(scene) == [(PAY, MONDAY, HOUR)], "what the form says counts, once it has shown all"


@pytest.mark.parametrize("paused", [False, True])
def test_a_discard_does_not_discard_more_than_its_question_showed(
    scene: Scene, timers: FakeTimers, *, paused: bool
) -> None:
    timer = begin(scene, timers)
    scene.wait(HOUR)
    if paused:
        pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    command = ChangeTimer(timer.key, measured=HOUR)
    resume_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timer.key))
    scene.wait(60)
    with pytest.raises(
        MeasuredMore, match="more time since this question was asked, so nothing was discarded"
    ):
        discard_timer(scene.viewer_context, timers, TimerRules(), command)
    assert timers.kept["viewer-1"].seconds(scene.jira.now) == HOUR + 60
    scene.wait(59)
    discard_timer(scene.viewer_context, timers, TimerRules(), replace(command, measured=HOUR + 60))
    assert timers.kept == {}, "the seconds in which a person reads the question do not matter"


def test_two_tabs_at_the_same_moment_log_once(scene: Scene, timers: FakeTimers) -> None:
    timer, outcomes = begin(scene, timers), list[str]()

    def stop(text: str) -> None:
        try:
            log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer, text)))
            outcomes.append("logged")
        except Conflict:
            outcomes.append("refused")

    tabs = [Thread(target=stop, args=[text]) for text in ("1h", "2h")]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(10)
    assert sorted(outcomes) == ["logged", "refused"]
    assert len(logged(scene)) == 1


def test_a_new_timer_is_not_the_old_one(scene: Scene, timers: FakeTimers) -> None:
    old = begin(scene, timers)
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(old)))
    scene.wait(1)
    new = begin(scene, timers)
    with pytest.raises(Conflict):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(old, "2h")))
    assert len(logged(scene)) == 1
    assert timers.kept["viewer-1"] == new


@pytest.mark.parametrize("split", [False, True])
def test_the_same_request_again_gets_the_same_answer_and_touches_no_newer_timer(
    scene: Scene, timers: FakeTimers, *, split: bool
) -> None:
    old = begin(scene, timers)
    command = LogTimer(entry(old, "13h", split=split))
    first = log_timer(scene.viewer_context, timers, TimerRules(), command)
    scene.wait(1)
    new = begin(scene, timers)
    assert log_timer(scene.viewer_context, timers, TimerRules(), command) == first
    assert len(logged(scene)) == len(first) == (2 if split else 1)
    assert timers.kept["viewer-1"] == new


def test_a_discard_whose_answer_was_lost_gets_it_again_and_touches_no_newer_timer(
    scene: Scene, timers: FakeTimers
) -> None:
    old = begin(scene, timers)
    command = ChangeTimer(old.key, OPS)
    assert discard_timer(scene.viewer_context, timers, TimerRules(), command) == PAY
    new = timers.kept["viewer-1"]
    assert discard_timer(scene.viewer_context, timers, TimerRules(), command) == PAY
    assert timers.kept == {"viewer-1": new}
    # Another tab asks for something else: the timer is gone.
    with pytest.raises(Conflict, match="another tab"):
        discard_timer(scene.viewer_context, timers, TimerRules(), replace(command, next_issue_id=None))


def test_what_jira_has_is_found_if_the_timer_could_not_be_removed(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    timers.failing = 1
    with pytest.raises(RuntimeError):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer)))
    assert timers.kept
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer)))
    assert logged(scene) == [(PAY, MONDAY, HOUR)]
    assert timers.kept == {}


def test_a_refused_log_keeps_the_timer(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    with pytest.raises(InvalidInput):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer, "soon")))
    del scene.jira.issues[PAY]
    scene.cache.delete(f"site-1:issue:viewer-1:{PAY}")
    with pytest.raises(NotFound):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer)))
    assert timers.kept["viewer-1"] == timer
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(entry(timer, issue_id=OPS)))
    assert logged(scene) == [(OPS, MONDAY, HOUR)]


def test_it_is_split_by_day_only_on_request(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    late = entry(timer, "3h", time=time(23), estimate=EstimateChange("new", 7200))
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(late, split=True)))
    assert logged(scene) == [(PAY, MONDAY, HOUR), (PAY, MONDAY + timedelta(days=1), 2 * HOUR)]
    assert [worklog.started.astimezone(BERLIN).hour for worklog in scene.jira.worklogs.values()] == [23, 0]
    assert scene.jira.issues[PAY].remaining_seconds == 7200, "the estimate is set once"
    assert timers.kept == {}

    timer = begin(scene, timers)
    late = entry(timer, "3h", time=time(23), day=date(2026, 11, 20))
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(late))
    assert logged(scene)[2:] == [(PAY, date(2026, 11, 20), 3 * HOUR)]


def test_a_pause_before_midnight_leaves_less_time_to_it(scene: Scene, timers: FakeTimers) -> None:
    timer = begin_with_pause(scene, timers, HOUR)
    late = entry(timer, "4h", time=time(20))
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(late, split=True)))
    assert logged(scene) == [(PAY, MONDAY, 3 * HOUR), (PAY, MONDAY + timedelta(days=1), HOUR)]
    assert [worklog.started.astimezone(BERLIN).hour for worklog in scene.jira.worklogs.values()] == [20, 0]


@pytest.mark.parametrize(("pause", "monday"), [(630, 50), (3599, 1), (3541, 1), (29, 60)])
def test_a_pause_of_odd_seconds_costs_no_minute(
    scene: Scene, timers: FakeTimers, pause: int, monday: int
) -> None:
    timer = begin_with_pause(scene, timers, pause)
    late = entry(timer, "2h", time=time(23))
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(late, split=True)))
    first, second = monday * 60, 2 * HOUR - monday * 60
    assert logged(scene) == [(PAY, MONDAY, first), (PAY, MONDAY + timedelta(days=1), second)]


def test_a_part_that_fails_is_named_and_the_rest_is_logged_later(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    command = LogTimer(entry(timer, "3h", time=time(23), split=True))
    scene.jira.failing["create_worklog"] = [None, JiraUnavailable("Jira is away.")]
    with pytest.raises(InvalidInput, match="1h is logged, the rest is not yet: Jira is away"):
        log_timer(scene.viewer_context, timers, TimerRules(), command)
    assert timers.kept
    log_timer(scene.viewer_context, timers, TimerRules(), command)
    assert [seconds for _, _, seconds in logged(scene)] == [HOUR, 2 * HOUR]
    assert timers.kept == {}


def test_a_split_over_a_closed_day_offers_the_open_ones(scene: Scene, timers: FakeTimers) -> None:
    scene.site.close(scene.site.team("boss", "viewer-1"), CLOSED, scene.jira.now)
    timer, saturday = begin(scene, timers), FRIDAY + timedelta(days=1)
    late = entry(timer, "3h", time=time(23), day=FRIDAY)
    with pytest.raises(ClosedPart, match="only the time that can be logged, 2h from") as refused:
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(late, split=True)))
    assert (logged(scene), timers.kept) == ([], {"viewer-1": timer})
    start, seconds = refused.value.start, refused.value.seconds
    assert (start.date(), start.time(), seconds) == (saturday, time(0), 2 * HOUR)
    rest = entry(timer, "2h", day=start.date(), time=start.time())
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(rest, split=True)))
    assert logged(scene) == [(PAY, saturday, 2 * HOUR)]
    assert timers.kept == {}

    timer = begin(scene, timers)
    early = entry(timer, "30h", time=time(23), day=FRIDAY - timedelta(days=2))
    with pytest.raises(NotAllowed, match="closed the period"):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(early, split=True)))
    assert timers.kept == {"viewer-1": timer}


def test_a_split_around_a_closed_day_says_what_is_left_beside_the_longest_part(
    scene: Scene, timers: FakeTimers
) -> None:
    scene.site.close(scene.site.team("boss", "viewer-1"), DateSpan(FRIDAY, FRIDAY), scene.jira.now)
    timer, thursday = begin(scene, timers), FRIDAY - timedelta(days=1)
    late = entry(timer, "29h", time=time(22), day=thursday)
    why = "the 3h from .*on. The 2h on earlier or later days can be logged separately"
    with pytest.raises(ClosedPart, match=why) as refused:
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(late, split=True)))
    assert (refused.value.start.date(), refused.value.seconds) == (FRIDAY + timedelta(days=1), 3 * HOUR)
    assert (logged(scene), timers.kept) == ([], {"viewer-1": timer})


def test_what_was_split_is_not_logged_whole_afterward(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    timers.failing = 1
    late = entry(timer, "3h", time=time(23))
    with pytest.raises(RuntimeError):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(late, split=True)))
    with pytest.raises(InvalidInput, match="Split it again"):
        log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(late))
    log_timer(scene.viewer_context, timers, TimerRules(), LogTimer(replace(late, split=True)))
    assert [seconds for _, _, seconds in logged(scene)] == [HOUR, 2 * HOUR]


def test_a_month_is_not_split(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    with pytest.raises(InvalidInput, match="more than a week"):
        log_timer(
            scene.viewer_context,
            timers,
            TimerRules(),
            LogTimer(entry(timer, f"{MOST_PARTS * 24}h", split=True)),
        )
    assert logged(scene) == []


def test_an_issue_that_is_hidden_or_in_another_project_has_no_timer(scene: Scene, timers: FakeTimers) -> None:
    with pytest.raises(NotFound):
        begin(scene, timers, 999)
    with pytest.raises(NotAllowed, match="PAY is not one of them"):
        begin_timer(scene.viewer_context, timers, TimerRules(projects=frozenset({7})), StartTimer(PAY))
    scene.jira.tracking = replace(scene.jira.tracking, enabled=False)
    scene.cache.delete("site-1:tracking")
    with pytest.raises(TimeTrackingOff):
        begin(scene, timers)
    assert timers.kept == {}


def test_an_issue_that_takes_no_time_has_no_timer_and_one_that_ran_before_goes_on(
    scene: Scene, timers: FakeTimers
) -> None:
    timer = begin(scene, timers)
    pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    scene.jira.locked = dict.fromkeys((PAY, OPS), RowLock.WORKFLOW)
    forget_row_locks(scene.viewer_context)
    assert begin(scene, timers).paused is None
    with pytest.raises(NotAllowed, match="its workflow allows no changes of time there"):
        begin(scene, timers, OPS)
    discard_timer(scene.viewer_context, timers, TimerRules(), ChangeTimer(timer.key))
    with pytest.raises(NotAllowed, match="its workflow allows no changes of time there"):
        begin(scene, timers)
    assert timers.kept == {}


def test_the_issue_that_waits_is_checked_as_if_its_timer_started_now(
    scene: Scene, timers: FakeTimers
) -> None:
    """The browser says which one waits, and may say any other."""
    timer = begin(scene, timers)

    def end(rules: TimerRules, waiting: int, error: type[Exception]) -> None:
        with pytest.raises(error):
            log_timer(scene.viewer_context, timers, rules, LogTimer(entry(timer), next_issue_id=waiting))
        with pytest.raises(error):
            discard_timer(scene.viewer_context, timers, rules, ChangeTimer(timer.key, waiting))
        assert (logged(scene), timers.kept) == ([], {"viewer-1": timer})

    end(TimerRules(), 999, NotFound)
    end(TimerRules(projects=frozenset({7})), OPS, NotAllowed)
    scene.jira.locked = {OPS: RowLock.WORKFLOW}
    forget_row_locks(scene.viewer_context)
    end(TimerRules(), OPS, NotAllowed)


def test_a_start_that_comes_second_gets_a_message(scene: Scene, timers: FakeTimers) -> None:
    """Two processes without a common cache start at the same moment."""
    timers.add = lambda timer: False  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        begin(scene, timers)


def test_a_change_that_comes_second_gets_a_message(scene: Scene, timers: FakeTimers) -> None:
    timer = begin(scene, timers)
    timers.change = lambda timer: False  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        pause_timer(scene.viewer_context, timers, ChangeTimer(timer.key))


def test_it_is_asked_about_after_a_full_day_and_again_at_midnight(scene: Scene, timers: FakeTimers) -> None:
    assert read_state(scene.viewer_context, timers, scene.site.stores) is None
    timer = begin(scene, timers)
    scene.wait(8 * HOUR - 1)
    state = read_state(scene.viewer_context, timers, scene.site.stores)
    assert state
    assert (state.seconds, state.forgotten) == (8 * HOUR - 1, False)
    scene.wait(1)
    state = read_state(scene.viewer_context, timers, scene.site.stores)
    assert state
    assert state.forgotten
    confirm_timer(scene.viewer_context, timers, ChangeTimer(timer.key))
    state = read_state(scene.viewer_context, timers, scene.site.stores)
    assert state
    assert not state.forgotten
    assert state.ask_at == scene.jira.now + timedelta(hours=4), "at midnight"


@pytest.mark.parametrize(
    ("away", "hours"), [([], 8), ([Part.MORNING], 4), ([Part.WHOLE], 8)], ids=["work", "half", "off"]
)
def test_it_is_asked_about_after_the_expected_time_of_its_day(
    scene: Scene, timers: FakeTimers, away: list[Part], hours: int
) -> None:
    """On a day without any, after a whole working day."""
    scene.site.planning.leaves = [Leave("viewer-1", MONDAY, "vacation", part) for part in away]
    timer = begin(scene, timers)
    state = read_state(scene.viewer_context, timers, scene.site.stores)
    assert state
    assert state.ask_at == timer.started + timedelta(hours=hours)


def test_a_time_may_be_forgotten_if_it_ran_until_its_question(scene: Scene, timers: FakeTimers) -> None:
    timer, stores = begin(scene, timers), scene.site.stores
    scene.wait(8 * HOUR - 1)
    almost = timer.pause(scene.jira.now)
    assert not may_be_forgotten(scene.viewer_context, stores, timer)
    scene.wait(1)
    assert may_be_forgotten(scene.viewer_context, stores, timer)
    assert may_be_forgotten(scene.viewer_context, stores, timer.pause(scene.jira.now))
    assert not may_be_forgotten(scene.viewer_context, stores, almost), "it was paused before"
