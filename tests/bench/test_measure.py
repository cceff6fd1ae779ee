from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import floor, measure, report


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
