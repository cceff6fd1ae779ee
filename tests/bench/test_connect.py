"""The measured event goes the whole way: it is checked, stored, and waits for a worker."""

from __future__ import annotations

from pathlib import Path

from bench.connect import event
from bench.measure import WARM_UP
from timesheet.domain.job import Job
from tools.stage import set_stage

ROUNDS = 3


def test_each_measured_event_is_a_new_one_that_waits_for_a_worker(tmp_path: Path) -> None:
    with set_stage(tmp_path, people=4) as stage:
        stage.work_off()
        measured = event(stage, ROUNDS)
        deps = stage.app.extensions["timesheet"]
        with stage.app.app_context():
            deps.operation.transaction.enter(stage.site_key)
            waiting = deps.jobs.board.due(deps.operation.clock(), Job, 100)
    assert len({key.subject for key in waiting if key.job is Job.EVENTS}) == WARM_UP + ROUNDS
    assert measured.floor_ms is not None
    assert measured.median_ms > measured.floor_ms
    assert measured.busy_ms is not None
