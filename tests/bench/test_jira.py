"""The parts of the emulated Jira that benchmarks need."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from bench.jira import month_in_zone_of
from tools.stage import Stage


def test_the_month_is_the_one_of_the_persons_zone() -> None:
    zones = {"tokyo": ZoneInfo("Asia/Tokyo"), "denver": ZoneInfo("America/Denver")}
    site = SimpleNamespace(
        clock=lambda: datetime(2026, 12, 1, 2, tzinfo=UTC), zone_of=lambda caller: zones[caller.account_id]
    )
    people = [SimpleNamespace(account_id=name) for name in zones]
    stage = cast(Stage, SimpleNamespace(jira=SimpleNamespace(site=site, person=people.__getitem__)))
    assert month_in_zone_of(stage, 0).first == date(2026, 12, 1)
    assert month_in_zone_of(stage, 1).first == date(2026, 11, 1)
