"""The cells of a sheet are read as they are, and a difference from Jira is named."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bench.faults import Report, line_of
from bench.hanging_jira import Scene
from bench.watched import differ, in_jira, read_page
from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import WorklogInput, add_worklog
from jira_emulator.seeding.people import HIDDEN_ZONE
from jira_emulator.server import running_cloud
from tests.processes.support.people import work_day
from tools.stage import set_stage

MISSED = "10001 2026-11-24: 60, not 75; 10002 2026-11-25: None, not 30"


def test_a_sheet_shows_what_jira_has(tmp_path: Path) -> None:
    with set_stage(tmp_path, people=4) as stage:
        first = datetime.now(UTC).date() - timedelta(days=7)
        path = f"/timesheet?view=range&first={first}&last={first + timedelta(days=6)}"
        page = Scene(stage.cloud, stage.base_url).ask(stage.jira, 1, path).text
        right = in_jira(stage.jira, stage.jira.person(1).account_id, first)
        rows = stage.jira.site.worklogs.rows.values()
        hidden = {(row.issue_id, work_day(stage.jira, row)) for row in rows if row.restriction}
        shown = read_page(page, first)
        assert shown
        assert shown == {cell: minutes for cell, minutes in right.items() if cell not in hidden}


@pytest.mark.parametrize(
    ("number", "fallback", "later"),
    [(3, "America/Lima", 1), (HIDDEN_ZONE, "Pacific/Kiritimati", 1), (HIDDEN_ZONE, "Pacific/Midway", 0)],
)
def test_a_day_is_that_of_the_authors_zone_or_of_the_fallback_if_that_is_hidden(
    number: int, fallback: str, later: int
) -> None:
    with running_cloud(people=HIDDEN_ZONE + 1, months=1) as cloud:
        jira = cloud.sites[0]
        who, issue = jira.person(number).account_id, next(iter(jira.site.issues.values()))
        # The seed has time until today.
        first = datetime.now(UTC).date() + timedelta(days=7)
        day = first + timedelta(days=4)
        started = datetime.combine(day, time(13, 30), UTC)
        given = WorklogInput(started=int(started.timestamp() * 1000), seconds=3600)
        add_worklog(jira.site, issue, who, given, Adjustment("leave"))
        assert in_jira(jira, who, first, fallback) == {(issue.id, day + timedelta(days=later)): 60}


def test_a_difference_names_what_is_shown_and_what_jira_has() -> None:
    monday = date(2026, 11, 23)
    shown = {(10001, monday + timedelta(days=1)): 60, (10003, monday): 5}
    right = {
        (10001, monday + timedelta(days=1)): 75,
        (10003, monday): 5,
        (10002, monday + timedelta(days=2)): 30,
    }
    assert differ(shown, right) == MISSED


def test_a_report_is_a_row_of_a_table() -> None:
    report = Report("Jira hangs", 60, 12, {"POST 503": 2}, 8100, 0.04, 900, 11, [], {})
    assert line_of(report) == "| Jira hangs | 60 s | 12 | 11 | 2 × POST 503 | 8.1 s | 0.0 s | 0 |"
