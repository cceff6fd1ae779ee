"""The people of the load test get what they ask for, and its lines add up."""

from __future__ import annotations

import random
from pathlib import Path

from bench.load import RunResult, crew_of_site, figures, leave, run, summary
from bench.load_floor import Idler, running_floor
from bench.visitor import Sample
from tools.stage import set_stage


def test_people_and_their_floor_are_answered(tmp_path: Path) -> None:
    with set_stage(tmp_path, people=6) as stage:
        stage.jira.tenant.basic_auth = True
        crew = crew_of_site(stage.base_url, stage.jira.base_url, 0, 3)
        for visitor in crew:
            for act in (visitor.month, visitor.save, visitor.save, visitor.write_in_jira, visitor.week):
                act()
        lead = next(visitor for visitor in crew if visitor.leads)
        lead.team()
        assert (lead.samples[-1].kind, lead.samples[-1].status) == ("team after a change", 200)
        lead.activity.changed_at = float("-inf")
        lead.team()
        assert (lead.samples[-1].kind, lead.samples[-1].status) == ("team", 200)
        seen = run(crew, 0.5, 0.01)
        leave(crew)
    assert seen.samples
    assert seen.errors == {}
    with running_floor(1, crew) as floor:
        idler = Idler(floor, crew, random.Random(1))
        least = run([idler], 0.2, 0.001)
        idler.leave()
    assert least.errors == {}
    rows = list(figures("1 web", seen, least, []))
    assert all(row.floor_ms for row in rows if row.name == "1 web: month")


def test_an_error_is_counted_with_its_kind() -> None:
    samples = [Sample("save", 0, float(ms), 200 if ms else 503, 10) for ms in range(100)]
    row = summary("all", RunResult(samples, 10.0, {"web": 0.5}), {})
    assert row.notes == {"count": 100, "p99_ms": 99, "web_ms": 5, "error: save 503": 1}
    assert (row.median_ms, row.p95_ms, row.busy_ms) == (49.5, 95, 5)
    assert row.target.startswith("1 errors")
