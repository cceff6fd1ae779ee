"""A request's place among those that wait for Jira: taken when it is needed, and given back whatever comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.signing import bearing
from timesheet.services.bulkhead import Bulkhead
from timesheet.web.auth import takes
from timesheet.web.context import outside


def wait() -> str:
    outside().bulkhead.enter()
    return str(outside().bulkhead._inside)


def fail() -> str:
    wait()
    raise RuntimeError("broken")


@pytest.fixture
def app(app: Flask) -> Flask:
    """With a view that waits for Jira and one that fails after it."""
    for view in (wait, fail):
        declared = takes("context", permission="viewer")(view)
        app.add_url_rule(f"/waiting/{view.__name__}", f"waiting.{view.__name__}", declared)
    return app


def things_of(app: Flask) -> Any:
    return app.extensions["timesheet"]


@pytest.mark.parametrize(("path", "status"), [("/waiting/wait", 200), ("/waiting/fail", 500)])
def test_a_place_is_taken_and_given_back(app: Flask, site: JiraSite, path: str, status: int) -> None:
    headers = bearing(site.context_token())
    for _ in range(3):
        assert site.client.get(path, headers=headers).status_code == status
        assert things_of(app).bulkhead._inside == 0
    assert site.client.get("/waiting/wait", headers=headers).text == "1"


def test_where_there_is_none_it_is_said_with_how_long_to_wait(app: Flask, site: JiraSite) -> None:
    app.extensions["timesheet"] = replace(things_of(app), bulkhead=Bulkhead(of_a_site=0))
    answer = site.client.get("/waiting/wait", headers=bearing(site.context_token()))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Jira of this site is not answering just now" in answer.text
    assert "What you typed is kept" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_the_app_counts_who_is_turned_away(app: Flask, site: JiraSite) -> None:
    bulkhead = things_of(app).bulkhead
    bulkhead._of_a_site = 0
    assert site.client.get("/waiting/wait", headers=bearing(site.context_token())).status_code == 503
    text = things_of(app).meter_page.page(True)[0].decode()
    assert 'timesheet_turned_away_total{why="site_full"} 1.0' in text
