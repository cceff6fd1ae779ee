"""Prometheus as the meter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.settings import ROOT

COUNT_ONE = (
    "import sys; from pathlib import Path; from timesheet.adapters.prometheus.meter import PrometheusMeter;"
    "meter = PrometheusMeter(Path(sys.argv[1])); meter.refused_token('qsh');"
    "text = meter.page(database_up=True, cache_up=True, points_left=7, points_allowed=9, jobs=None)[0];"
    "sys.stdout.write(text.decode())"
)


def page(meter: PrometheusMeter) -> str:
    return meter.page(database_up=True, cache_up=True, points_left=7, points_allowed=9, jobs=None)[0].decode()


def test_calls_to_jira_are_counted_by_endpoint_and_status() -> None:
    meter = PrometheusMeter()
    meter.called_jira("GET issue/-/worklog", 200, 0.06)
    meter.called_jira("GET issue/-/worklog", 429, 0.01)
    meter.called_jira("GET issue/-/worklog", 0, 20.0)
    text = page(meter)
    for status in ("0", "200", "429"):
        assert (
            f'timesheet_jira_call_seconds_count{{endpoint="GET issue/-/worklog",status="{status}"}} 1.0'
            in text
        )
    assert 'endpoint="GET issue/-/worklog",le="0.05",status="200"} 0.0' in text
    assert 'endpoint="GET issue/-/worklog",le="0.1",status="200"} 1.0' in text


def test_security_events_are_counted_apart() -> None:
    meter = PrometheusMeter()
    meter.audited("team.created", "done")
    meter.audited("security.cross_site", "refused")
    text = page(meter)
    assert 'timesheet_audit_events_total{action="team.created",outcome="done"} 1.0' in text
    assert 'timesheet_audit_events_total{action="security.cross_site",outcome="refused"} 1.0' in text
    assert 'timesheet_security_events_total{kind="cross_site"} 1.0' in text
    assert 'kind="team' not in text


def test_the_cache_counts_how_often_it_had_it() -> None:
    meter = PrometheusMeter()
    cache = MemoryCache(lookups=meter)
    for _ in range(3):
        assert cache.get_or_create("a", lambda: 1, 60) == 1
    assert cache.get("b") is None
    text = page(meter)
    assert 'timesheet_cache_lookups_total{result="hit"} 2.0' in text
    assert 'timesheet_cache_lookups_total{result="miss"} 2.0' in text


def pages_of_two_workers(folder: Path) -> list[str]:
    """Return the pages of two workers that share a folder; the first has ended before the second begins."""
    environ = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    return [
        subprocess.run(
            [sys.executable, "-c", COUNT_ONE, str(folder)],
            env=environ, cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout
        for _ in range(2)
    ]  # fmt: skip


def test_several_processes_count_together(tmp_path: Path) -> None:
    pages = pages_of_two_workers(tmp_path)
    assert 'timesheet_refused_tokens_total{reason="qsh"} 1.0' in pages[0]
    assert 'timesheet_refused_tokens_total{reason="qsh"} 2.0' in pages[1]


def test_what_a_worker_found_before_it_ended_alarms_nobody(tmp_path: Path) -> None:
    for text in pages_of_two_workers(tmp_path):
        lines = [line for line in text.splitlines() if line.startswith("timesheet_database_up")]
        assert lines == ["timesheet_database_up 1.0"]
        declared = re.findall(r"^# TYPE (\S+)", text, re.MULTILINE)
        assert sorted(declared) == sorted(set(declared))
    assert not list(tmp_path.glob("gauge*"))


def test_whoever_is_refused_instead_of_waiting_is_counted_by_reason() -> None:
    meter = PrometheusMeter()
    for why in ("silent", "silent", "site_full"):
        meter.turned_away(why)
    text = page(meter)
    assert 'timesheet_turned_away_total{reason="silent"} 2.0' in text
    assert 'timesheet_turned_away_total{reason="site_full"} 1.0' in text


def test_what_alerts_watch_for_its_growth_is_shown_before_it_happens() -> None:
    text = page(PrometheusMeter())
    for kind in ("refused_tokens", "cross_site", "burst_exports", "burst_deletes"):
        assert f'timesheet_security_events_total{{kind="{kind}"}} 0.0' in text
    for reason in ("silent", "site_full", "app_full", "rate_limited"):
        assert f'timesheet_turned_away_total{{reason="{reason}"}} 0.0' in text
