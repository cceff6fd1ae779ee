"""Webhooks that Jira loses: their changes are found in Jira's own lists within one cycle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from jira_emulator.model import WorklogRow
from jira_emulator.trouble.trouble import Rule
from tests.journeys.support.sheet import HOUR, MON, NOW, ZONE, Work
from tests.journeys.support.team_stage import make_team, run_jobs, stores_of
from timesheet.domain.identity import Identity
from timesheet.domain.period.late_change import LateChange
from timesheet.domain.team.team import Team
from timesheet.services.period.change_feed import SHORTEST_CYCLE
from timesheet.services.period.closing import close_period
from timesheet.services.period.command import ClosePeriod
from timesheet.web.http.context import Context
from timesheet.web.http.dependencies import dependencies
from tools.stage import Stage, set_stage

CYCLE = SHORTEST_CYCLE + timedelta(minutes=2)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with set_stage(tmp_path) as ready:
        yield ready


@pytest.fixture
def work(stage: Stage) -> Work:
    person = stage.jira.person(1)
    person.time_zone = ZONE.key
    clock = stage.cloud.cloud.clock
    clock.travel((NOW - clock()).total_seconds())
    return Work(stage, person)


@pytest.fixture
def team(work: Work) -> Team:
    return make_team(work.stage, "Payments", work.person)


def travel(stage: Stage, by: timedelta) -> None:
    stage.cloud.cloud.clock.travel(by.total_seconds())


def close(work: Work, team: Team) -> None:
    """Let the lead close March on 1 April."""
    travel(work.stage, timedelta(days=19))
    with work.stage.app.app_context():
        deps = dependencies()
        [site] = deps.sites.installed_sites()
        deps.operation.transaction.enter(site.key)
        context = Context(deps, site, Identity(site.key, work.person.account_id))
        march = ClosePeriod(team.id, date(2030, 3, 1), date(2030, 3, 31))
        close_period(context.team_context, context.viewer_context, context.jira, context.closing_key, march)
        deps.operation.transaction.commit()


def late(stage: Stage, team: Team) -> list[LateChange]:
    with stores_of(stage) as stores:
        return list(stores.periods.late_changes(team.id))


def lose_events(stage: Stage) -> None:
    stage.jira.tenant.trouble.add(Rule("webhook-lost", count=50))


def first_cycle(stage: Stage) -> None:
    """Give the site its jobs, and read the lists for the first time."""
    run_jobs(stage)
    travel(stage, CYCLE)
    run_jobs(stage)


def test_a_change_that_no_event_reported_is_a_late_change(work: Work, team: Team) -> None:
    issue = work.issue("Plan the quarter")
    rows: list[WorklogRow] = [work.log(issue, MON, HOUR) for _ in range(2)]
    close(work, team)
    first_cycle(work.stage)
    lose_events(work.stage)
    work.change(rows[0], 5 * HOUR)
    work.delete(rows[1])
    run_jobs(work.stage)
    assert late(work.stage, team) == [], "the events are lost"
    travel(work.stage, CYCLE)
    run_jobs(work.stage)
    assert {(change.worklog_id, change.what) for change in late(work.stage, team)} == {
        (rows[0].id, "changed"),
        (rows[1].id, "removed"),
    }
    [changed] = [change for change in late(work.stage, team) if change.what == "changed"]
    assert changed.author == work.person.account_id
    travel(work.stage, CYCLE)
    run_jobs(work.stage)
    assert len(late(work.stage, team)) == 2


def test_a_change_that_an_event_reported_is_not_read_again(work: Work, team: Team) -> None:
    issue = work.issue("Plan the quarter")
    row = work.log(issue, MON, HOUR)
    close(work, team)
    first_cycle(work.stage)
    work.change(row, 5 * HOUR)
    run_jobs(work.stage)
    assert len(late(work.stage, team)) == 1
    travel(work.stage, CYCLE)
    work.stage.jira.calls.clear()
    run_jobs(work.stage)
    paths = [call.path for call in work.stage.jira.calls.list("rest")]
    assert sum("worklog/updated" in path for path in paths) == 1
    assert not any("worklog/list" in path for path in paths)
