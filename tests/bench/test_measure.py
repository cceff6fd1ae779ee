from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
import requests

from bench import __main__ as bench
from bench import floor, measure, recording, report
from tests.adapters.support.jira_server import Reply, Request, scripted_jira


def test_subject_and_floor_take_turns() -> None:
    turns: list[str] = []
    ours, floors = measure.side_by_side(lambda: turns.append("s"), lambda: turns.append("f"), rounds=3)
    assert turns == ["s", "f"] * (measure.WARM_UP + 3)
    assert (len(ours), len(floors)) == (3, 3)


def test_a_floor_gives_exactly_the_bytes() -> None:
    assert floor.static_answer(b"abc")() == b"abc"


def test_a_table_shows_what_is_known_and_leaves_the_rest_empty() -> None:
    rows = [
        measure.Figure("week", 4.0, 5.0, 2.0, size=100, jira_calls=0, target="3 ms"),
        measure.Figure("month", 1.0, 2.0),
    ]
    head, week, month = report.table(rows).splitlines()
    assert head.split() == [
        "what",
        "median",
        "ms",
        "p95",
        "ms",
        "best",
        "ms",
        "p99",
        "ms",
        "busy",
        "ms",
        "floor",
        "ms",
        "ratio",
        "bytes",
        "calls",
        "points",
        "target",
    ]
    assert week.split() == ["week", "4.000", "5.000", "2.000", "2.0", "100", "0", "3", "ms"]
    assert month.split() == ["month", "1.000", "2.000"]


def test_figures_are_kept_with_their_ratio(tmp_path: Path) -> None:
    path = report.write_json([measure.Figure("week", 4.0, 5.0, 2.0)], tmp_path / "out")
    kept = json.loads(path.read_text())
    assert kept["figures"][0]["ratio"] == 2.0
    assert {"at", "commit", "python", "cores"} <= set(kept)


def test_a_benchmark_nobody_wrote_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["nonsense"]) == 1
    assert "machine" in capsys.readouterr().err


def test_a_name_chooses_one_benchmark_although_others_begin_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = list[str]()

    def runs(name: str) -> Callable[[], Iterator[measure.Figure]]:
        def run() -> Iterator[measure.Figure]:
            ran.append(name)
            return iter(())

        return run

    monkeypatch.setattr(bench, "BENCHMARKS", {name: runs(name) for name in ("scale", "scale-load", "team")})
    monkeypatch.setattr(bench, "OUT", tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    assert bench.main(["scale"]) == 0
    assert ran == ["scale"]
    assert bench.main([]) == 0
    assert ran == ["scale", "scale", "scale-load", "team"]
    assert "out/" in capsys.readouterr().out


def test_the_processors_time_leaves_waiting_out() -> None:
    waited = measure.figure("waiting", lambda: Event().wait(0.002), rounds=3)
    assert waited.busy_ms is not None
    assert waited.busy_ms < 1.5 < waited.median_ms


def test_recorded_answers_are_given_again_without_a_request() -> None:
    paths: list[str] = []

    def route(request: Request) -> Reply:
        paths.append(request.path)
        return Reply(json={"issues": []})

    with scripted_jira(route=route) as jira:
        address = f"{jira.base_url}/rest/api/3/search/jql"
        with recording.recorded() as answers:
            first = requests.post(address, data=b'"a"', timeout=30).json()
        with recording.replayed(answers, 0):
            again = requests.post(address, data=b'"a"', timeout=30).json()
            with pytest.raises(KeyError):
                requests.post(address, data=b'"b"', timeout=30)
        assert requests.post(address, data=b'"b"', timeout=30).json() == first == again == {"issues": []}
    assert len(paths) == 2


def test_a_worklog_is_answered_from_memory_after_its_first_read() -> None:
    paths: list[str] = []

    def route(request: Request) -> Reply:
        paths.append(request.path)
        return Reply(json={"id": "7", "timeSpentSeconds": 60, "updated": "2026-11-05T09:00:00.000+0000"})

    with scripted_jira(route=route) as jira, recording.echoed():
        address = f"{jira.base_url}/rest/api/3/issue/1/worklog/7"
        first = requests.get(address, timeout=30).json()
        changed = requests.put(address, data=b'{"timeSpentSeconds": 120}', timeout=30).json()
        again = requests.get(address, timeout=30).json()
    assert (first["timeSpentSeconds"], changed["timeSpentSeconds"]) == (60, 120)
    assert first["updated"] < changed["updated"] == again["updated"]
    assert len(paths) == 1
