"""The cost in Jira of a person's timesheet with an issue that has thousands of worklogs of many people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jira_emulator.issue.estimate import Adjustment
from jira_emulator.issue.worklog import move_worklogs_silently
from jira_emulator.model import WorklogRow
from tests.web.support.browsing import Browser
from timesheet.services.snapshot.own import FRESH
from tools.stage import Stage, set_stage

OTHERS, OWN, MINUTES = 4989, 12, 13


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with set_stage(tmp_path_factory.mktemp("long"), people=4) as stage:
        yield stage


def crowd(stage: Stage) -> tuple[Browser, int, str]:
    """Create the viewer's twelve worklogs of 13 minutes, one a month, among others' on every day of the year."""
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


def cost(stage: Stage, issue_id: int) -> tuple[int, int, list[int]]:
    """Return Jira's calls and points, and the points of each read of the issue's worklogs; reset the counters."""
    calls = stage.jira.calls.list("rest")
    stage.jira.calls.clear()
    on_issue = [call.points for call in calls if f"/issue/{issue_id}/worklog" in call.path]
    return len(calls), sum(call.points for call in calls), on_issue


@pytest.fixture
def shown(stage: Stage) -> Shown:
    return Shown(stage)


class Shown:
    """The viewer's year and month, with what each look costs."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.browser, self.issue_id, self.key = crowd(stage)
        self.browser.sign_in()
        self.today = stage.cloud.cloud.clock().date()
        self.cost()

    def cost(self) -> tuple[int, int, list[int]]:
        return cost(self.stage, self.issue_id)

    def year(self, *, refresh: bool = False) -> str:
        days = f"first={self.today - timedelta(days=364)}&last={self.today}"
        return self.browser.get(f"/timesheet?view=range&{days}{'&refresh=1' if refresh else ''}")

    def month(self) -> str:
        return self.browser.get("/timesheet", view="month", day=self.today - timedelta(days=2))

    def expire(self) -> None:
        """Let time pass until what was read is no longer fresh."""
        self.stage.cloud.cloud.clock.travel(FRESH.total_seconds())
        self.browser.sign_in()


def test_a_year_that_is_read_again_costs_the_persons_own_worklogs(shown: Shown) -> None:
    """The emulated search matches author and date on different worklogs; two searches show that all must be read."""
    html = shown.year()
    assert (shown.key in html, "2:36" in html) == (True, True)
    # The count, 5,000 worklogs, and the last one with the one before it.
    before = shown.cost()
    assert before[2] == [2, 5001, 3]
    assert shown.year() == html
    assert shown.cost() == (0, 0, [])
    shown.expire()
    assert "2:36" in shown.year()
    after = shown.cost()
    assert after[2] == [2]
    assert after[:2] < (before[0], before[1] - 5001)
    shown.year(refresh=True)
    assert shown.cost()[2] == [2, 5001, 3]


def test_a_month_of_a_year_that_is_fresh_costs_nothing(shown: Shown) -> None:
    shown.year()
    shown.cost()
    assert "0:13" in shown.month()
    shown.browser.get("/timesheet", view="week", day=shown.today - timedelta(days=2))
    assert shown.cost() == (0, 0, [])
    shown.expire()
    shown.month()
    assert shown.cost()[2] == [2]


def test_a_year_after_its_month_is_read_whole(shown: Shown) -> None:
    shown.month()
    _, _, [count, month] = shown.cost()
    assert count == 2
    assert 100 < month < 800
    shown.year()
    assert shown.cost()[2] == [2, 5001, 3]


@pytest.mark.parametrize("author", [1, 2])
def test_time_that_somebody_logs_on_it_has_it_read(shown: Shown, author: int) -> None:
    shown.year()
    shown.cost()
    person = shown.stage.jira.person(author)
    _log(shown.stage, shown.issue_id, person.account_id, shown.stage.cloud.cloud.clock())
    shown.expire()
    html = shown.year()
    assert shown.cost()[2] == [2, 5001, 4]
    assert ("2:49" if author == 1 else "2:36") in html


def test_a_worklog_that_jira_moves_silently_leaves_the_issue(shown: Shown) -> None:
    """A move changes neither the issue nor the count where another comes in its place."""
    shown.year()
    site = shown.stage.jira.site
    source = site.issues[shown.issue_id]
    target = next(i for i in site.issues.values() if i.project is source.project and i is not source)
    viewer, mate = (shown.stage.jira.person(n).account_id for n in (1, 2))
    own = next(
        site.worklogs.rows[n] for n in reversed(source.worklog_ids) if site.worklogs.rows[n].author == viewer
    )
    other = WorklogRow(
        site.take_worklog_id(), target.id, mate, mate, own.started, 60, own.started, own.started
    )
    site.worklogs.add(other)
    target.worklog_ids.append(other.id)
    move_worklogs_silently(site, source, target, [own], Adjustment("leave"))
    move_worklogs_silently(site, target, source, [other], Adjustment("leave"))
    shown.expire()
    html = shown.year()
    assert "2:23" in html
    assert target.key in html
