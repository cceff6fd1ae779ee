"""What a person's sheet costs in Jira where they log on an issue with thousands of worklogs of many people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jira_emulator.model import WorklogRow
from tests.web.support.browsing import Browser
from tools.stage import Stage, set_stage

OTHERS, OWN, MINUTES = 4989, 12, 13


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with set_stage(tmp_path_factory.mktemp("long"), people=4) as stage:
        yield stage


def crowd(stage: Stage) -> tuple[Browser, int, str]:
    """The viewer's twelve worklogs of 13 minutes, one a month, among those of others on every day of the year."""
    site, viewer, mate = stage.jira.site, stage.jira.person(1), stage.jira.person(2)
    worked = {row.issue_id for row in site.worklogs.rows.values() if row.author == viewer.account_id}
    issue = min((site.issues[number] for number in worked), key=lambda one: (len(one.worklog_ids), one.id))
    for number in issue.worklog_ids:
        site.worklogs.remove(site.worklogs.rows[number])
    issue.worklog_ids.clear()
    now = stage.cloud.cloud.clock().astimezone(UTC).replace(hour=12)
    starts = [(now - timedelta(minutes=n * 360 * 1440 // OTHERS), mate.account_id) for n in range(OTHERS)]
    starts += [(now - timedelta(days=30 * n + 2), viewer.account_id) for n in range(OWN)]
    for at, author in starts:
        _log(stage, issue.id, author, at)
    return Browser(stage, stage.jira, viewer), issue.id, issue.key


def _log(stage: Stage, issue_id: int, author: str, at: datetime) -> None:
    site, ms = stage.jira.site, int(at.timestamp() * 1000)
    row = WorklogRow(site.take_worklog_id(), issue_id, author, author, ms, MINUTES * 60, ms, ms)
    site.worklogs.add(row)
    site.issues[issue_id].worklog_ids.append(row.id)


def cost(stage: Stage, issue_id: int) -> tuple[int, list[int]]:
    """How many searches there were, and the points of each reading of the issue's worklogs; then forgotten."""
    calls = stage.jira.calls.list("rest")
    stage.jira.calls.clear()
    searches = sum(call.template == "/search/jql" for call in calls)
    return searches, [call.points for call in calls if f"/issue/{issue_id}/worklog" in call.path]


def test_a_year_is_read_once_and_a_month_by_itself(stage: Stage) -> None:
    """The emulated search matches author and date on different worklogs: two questions tell, and all is read."""
    browser, issue_id, key = crowd(stage)
    browser.sign_in()
    today = stage.cloud.cloud.clock().date()
    year = f"/timesheet?view=range&first={today - timedelta(days=364)}&last={today}"
    stage.jira.calls.clear()
    shown = browser.get(year)
    assert (key in shown, "2:36" in shown) == (True, True)
    # The count, 5,000 worklogs, and the last one with the one before it.
    assert cost(stage, issue_id)[1] == [2, 5001, 3]
    assert browser.get(year) == shown
    assert cost(stage, issue_id) == (0, [])
    browser.get("/timesheet", view="month", date=today)
    _, [count, month] = cost(stage, issue_id)
    assert count == 2
    assert 100 < month < 800
    browser.get("/timesheet", view="week", date=today)
    assert cost(stage, issue_id) == (0, [])
