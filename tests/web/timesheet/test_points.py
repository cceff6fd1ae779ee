"""Jira's points as the app counts them, beside what Jira counts; and what people see when they are short."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.datastructures import MultiDict

from tests.web.support.browsing import Browser
from timesheet.services.resilience.budget import Budget
from timesheet.services.resilience.priority import Priority
from timesheet.services.snapshot.own import FRESH
from tools.stage import Stage, set_stage

PLENTY = 1_000_000_000


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with set_stage(tmp_path_factory.mktemp("points"), people=6) as stage:
        clock = stage.cloud.cloud.clock
        # Ten minutes into an hour, because points are counted by the hour.
        clock.travel((600 - clock().timestamp()) % 3600)
        yield stage


@pytest.fixture
def browser(stage: Stage) -> Browser:
    browser = Browser(stage, stage.jira, stage.jira.person(0))
    browser.sign_in()
    return browser


def dependencies_of(stage: Stage) -> Any:
    return stage.app.extensions["timesheet"]


def budget_of(stage: Stage) -> Budget:
    budget: Budget = dependencies_of(stage).operation.budget
    return budget


def log_time(stage: Stage, browser: Browser, ahead: int = 40) -> None:
    """Log an hour in an empty cell, so many days ahead."""
    site = stage.jira.site
    own = [row for row in site.worklogs.rows.values() if row.author == browser.person.account_id]
    day = stage.cloud.cloud.clock().date() + timedelta(days=ahead)
    values = {"issue": own[0].issue_id, "day": day, "value": "1h", "seen": "", "key": uuid4().hex}
    assert "1:00" in browser.post("/timesheet/cell", MultiDict({k: str(v) for k, v in values.items()}))


def test_the_app_counts_as_jira_does(stage: Stage, browser: Browser) -> None:
    before, counted = budget_of(stage).left(), sum(call.points for call in stage.jira.calls.list("rest"))
    browser.get("/timesheet", view="month")
    browser.get("/timesheet", view="month", refresh="1")
    browser.get("/issues", text="a")
    log_time(stage, browser)
    browser.get("/teams")
    in_jira = sum(call.points for call in stage.jira.calls.list("rest")) - counted
    by_app = before - budget_of(stage).left()
    assert in_jira > 50
    assert by_app == pytest.approx(in_jira, rel=0.1), f"{by_app} counted, {in_jira} spent"


def test_when_points_are_short_the_known_figures_are_shown_and_saves_work(
    stage: Stage, browser: Browser
) -> None:
    fresh = browser.get("/timesheet", view="month")
    assert "old." not in fresh
    budget_of(stage).note_app_quota(None, 0)
    stage.jira.calls.clear()
    short = browser.get("/timesheet", view="month", refresh="1")
    assert "Jira limits how much apps may read in an hour" in short
    assert "These figures are" in short
    assert stage.jira.calls.list("rest") == []
    log_time(stage, browser)
    assert "POST" in {call.method for call in stage.jira.calls.list("rest")}
    assert 'endpoint="POST issue/-/worklog",of="people"' in metrics(stage)
    assert "timesheet_jira_points_left 0.0" in metrics(stage)


def test_a_save_does_not_read_again_what_is_only_old_when_points_are_short(
    stage: Stage, browser: Browser
) -> None:
    today = stage.cloud.cloud.clock().date()
    days: dict[str, Any] = {"view": "range", "first": today, "last": today + timedelta(days=2)}
    browser.get("/timesheet", **days)
    stage.cloud.cloud.clock.travel(FRESH.total_seconds() + 1)
    budget_of(stage).note_app_quota(None, 0)
    stage.jira.calls.clear()
    log_time(stage, browser, ahead=1)
    calls = stage.jira.calls.list("rest")
    assert "POST" in {call.method for call in calls}
    assert sum(call.points for call in calls) <= 5
    assert "1:00" in browser.get("/timesheet", **days)


def test_background_work_leaves_the_rest_to_people(
    stage: Stage, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = budget_of(stage)
    # Ten minutes into an hour: at its end there would be nothing to leave.
    monkeypatch.setattr(budget, "_clock", lambda: 480_000 * 3600 + 600.0)
    budget.note_app_quota(65_000, 3000)
    site = stage.jira.base_url
    refusal = budget.refusal(site, Priority.BACKGROUND)
    assert refusal is not None
    assert "These figures are" not in browser.get("/timesheet", view="month")


def test_what_jira_says_in_its_headers_is_what_is_left(stage: Stage, browser: Browser) -> None:
    browser.get("/timesheet", view="month")
    stage.jira.tenant.limits.on = True
    quota = stage.cloud.cloud.quota
    quota.limit = 70_000
    [app_key] = {call.app_key for call in stage.jira.calls.list("rest") if call.app_key}
    quota.charge(app_key, 60_000)
    browser.get("/timesheet", view="month", refresh="1")
    # Reads that overlap may be counted twice, by the header of one and by the app for the other: never too few.
    assert 0 <= quota.remaining(app_key) - budget_of(stage).left() <= 150


def metrics(stage: Stage) -> str:
    operation = dependencies_of(stage).operation
    return str(
        operation.meter_page.page(
            database_up=True,
            cache_up=True,
            points_left=operation.budget.left(),
            points_allowed=operation.budget.allowed(),
            jobs=None,
        )[0].decode()
    )
