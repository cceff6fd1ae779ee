"""Runs of dead workers are found without comparing clocks."""

from __future__ import annotations

from timesheet.domain.job import Job
from timesheet.services.job.watch import BEAT_SECONDS, LOST_SECONDS, Watch
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
