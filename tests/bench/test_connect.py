"""The measured event goes the whole way: it is checked and stored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bench.connect import FIRST, event
from bench.measure import WARM_UP
from tests.journeys.support.team_stage import run_jobs
from tools.stage import DATABASE, set_stage

ROUNDS = 3


def test_each_measured_event_is_a_new_one_and_stored(tmp_path: Path) -> None:
    with set_stage(tmp_path, people=4) as stage:
        run_jobs(stage)
        measured = event(stage, ROUNDS)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        [(stored,)] = database.execute("SELECT count(*) FROM worklog_event WHERE worklog_id >= ?", [FIRST])
    assert stored == WARM_UP + ROUNDS
    assert measured.floor_ms is not None
    assert measured.median_ms > measured.floor_ms
    assert measured.busy_ms is not None
