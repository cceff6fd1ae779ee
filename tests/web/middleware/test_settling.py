"""Writes that a crash interrupted are settled after other requests, if nobody runs the command."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.services.support.fake_jira import FakeJira
from tests.services.support.scene import BERLIN, PAY, issue
from tests.web.conftest import JiraSite
from tests.web.support.recorded_events import events
from tests.web.support.signing import SettableClock, bearing, page_url
from tests.web.support.swap import swap
from timesheet.domain.audit.action import Action
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.identity import Profile
from timesheet.services.ports.jira import WorklogDraft
from timesheet.services.ports.journal import Intent
from timesheet.web.middleware.settling import EVERY_SECONDS


@pytest.fixture
def jira(app: Flask, site: JiraSite, clock: SettableClock) -> FakeJira:
    """Return a Jira that created a worklog whose answer the app did not get."""
    made = FakeJira(Profile(site.account, BERLIN, False, "en_GB", "Ada Example"), clock())
    made.issues = {PAY: issue(PAY, "PAY-12", None)}
    made.create_worklog(WorklogDraft(PAY, clock(), 3600, "key-0001"), {site.account: BERLIN})
    deps = app.extensions["timesheet"]
    swap(app, jira_as=lambda *_: made)
    with app.app_context():
        deps.operation.transaction.enter(site.client_key)
        intent = Intent(
            Action.WORKLOG_CREATED, site.account, PAY, clock(), write_key="key-0001", started=clock()
        )
        deps.stores.journal_of(site.client_key).begin(intent)
    return made


def written(app: Flask, site: JiraSite) -> list[Action]:
    return [event.action for event in events(app, site.client_key) if event.action.startswith("worklog.")]


def renew(site: JiraSite) -> int:
    """Send a change of a viewer, read its answer to the end, and return the status."""
    headers = bearing(site.context_token())
    return site.client.post("/session", headers=headers, buffered=True).status_code


def forget(app: Flask, site: JiraSite) -> None:
    """Let the minute pass: the cache has a clock of its own."""
    app.extensions["timesheet"].operation.cache.delete(f"{site.client_key}:settled")


def test_what_is_old_enough_is_recorded_behind_the_answer(
    app: Flask, site: JiraSite, clock: SettableClock, jira: FakeJira
) -> None:
    renew(site)
    assert written(app, site) == [], "it may still be under way"
    clock.now += timedelta(minutes=6)
    renew(site)
    assert written(app, site) == [], "once a minute is enough"
    forget(app, site)
    renew(site)
    assert written(app, site) == [Action.WORKLOG_CREATED]
    assert "find_worklog" in jira.log
    assert EVERY_SECONDS == 60


def test_a_page_settles_too_and_others_do_not(
    app: Flask, site: JiraSite, clock: SettableClock, jira: FakeJira
) -> None:
    clock.now += timedelta(minutes=6)
    site.client.get("/probe/both", headers=bearing(site.context_token()), buffered=True)
    site.client.get("/healthz", buffered=True)
    assert written(app, site) == []
    token = site.signed("GET", "/probe/page")
    assert site.client.get(page_url("/probe/page", token), buffered=True).status_code == 200
    assert written(app, site) == [Action.WORKLOG_CREATED]
    assert jira.log


def test_trouble_with_it_is_logged_and_nobody_else_hears_of_it(
    app: Flask,
    site: JiraSite,
    clock: SettableClock,
    jira: FakeJira,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.now += timedelta(minutes=6)
    monkeypatch.setattr("timesheet.web.middleware.settling.settle", _fail)
    assert renew(site) == 200
    monkeypatch.undo()
    jira.failing["find_worklog"] = [JiraUnavailable("Jira does not answer.")]
    forget(app, site)
    assert renew(site) == 200
    assert written(app, site) == []


def _fail(*_: object) -> None:
    raise RuntimeError("something nobody thought of")
