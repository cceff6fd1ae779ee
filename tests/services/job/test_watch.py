"""Runs of dead workers are found without comparing clocks, and a clock that was set back is noticed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from timesheet.domain.job import Job
from timesheet.services.job.watch import (
    BEAT_SECONDS,
    CLOCKS_APART,
    COMPARED_SECONDS,
    LOST_SECONDS,
    ClockWatch,
    Watch,
)
from timesheet.services.ports.job import JobKey, RunningJob

KEY = JobKey("acme", Job.SETTLE)


class Timer:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_silent_run_is_lost_after_a_while() -> None:
    timer, run = Timer(), RunningJob(KEY, "one", 3)
    watch = Watch(timer)
    assert watch.lost([run]) == []
    timer.seconds += LOST_SECONDS - 0.1
    assert watch.lost([run]) == []
    timer.seconds += 0.1
    assert watch.lost([run]) == [run]


def test_a_run_that_beats_is_never_lost() -> None:
    timer = Timer()
    watch = Watch(timer)
    for beat in range(50):
        assert watch.lost([RunningJob(KEY, "one", beat)]) == []
        timer.seconds += BEAT_SECONDS * 5


def test_another_run_of_the_same_job_starts_anew() -> None:
    timer = Timer()
    watch = Watch(timer)
    watch.lost([RunningJob(KEY, "one", 3)])
    timer.seconds += LOST_SECONDS
    assert watch.lost([RunningJob(KEY, "two", 3)]) == []
    assert watch.lost([RunningJob(KEY, "one", 3)]) == [], "it was gone in between"


def test_a_worker_that_just_started_takes_nothing_away() -> None:
    timer, run = Timer(), RunningJob(KEY, "one", 3)
    Watch(timer).lost([run])
    timer.seconds += LOST_SECONDS
    assert Watch(timer).lost([run]) == []


def test_runs_of_the_future_are_looked_for_at_the_start_and_every_hour() -> None:
    timer, now = Timer(), datetime(2026, 11, 24, tzinfo=UTC)
    watch, compared = ClockWatch(timer), []
    for seconds in range(0, int(2 * COMPARED_SECONDS) + 1, 20):
        timer.seconds = seconds
        if watch.compares(now + timedelta(seconds=seconds)):
            compared.append(seconds)
        watch.note_compared()
    assert compared == [0, COMPARED_SECONDS, 2 * COMPARED_SECONDS]


def test_runs_of_the_future_are_looked_for_after_the_clock_was_set_back() -> None:
    timer, now = Timer(), datetime(2026, 11, 24, tzinfo=UTC)
    watch = ClockWatch(timer)
    assert watch.compares(now)
    watch.note_compared()
    steps = [(CLOCKS_APART, False), (2 * CLOCKS_APART, False), (timedelta(), True), (timedelta(), False)]
    for ahead, compares in steps:
        timer.seconds += 20
        now += timedelta(seconds=20)
        assert watch.compares(now + ahead) is compares
        watch.note_compared()
    assert not watch.compares(now - CLOCKS_APART)
    assert watch.compares(now - 3 * CLOCKS_APART)


def test_runs_of_the_future_are_looked_for_again_if_that_failed() -> None:
    timer, now = Timer(), datetime(2026, 11, 24, tzinfo=UTC)
    watch = ClockWatch(timer)
    assert [watch.compares(now) for _ in range(2)] == [True, True], "the database was busy"
    watch.note_compared()
    assert not watch.compares(now)
