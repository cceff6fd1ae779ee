"""A request's place among those that wait for Jira: taken when needed, and always released."""

from __future__ import annotations

from typing import Any, cast

import pytest
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing
from tests.web.support.swap import swap
from timesheet.domain.errors import JiraBusy
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.resilience.bulkhead import Bulkhead
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dependencies import dependencies


def wait() -> str:
    dependencies().operation.bulkhead.enter()
    return str(dependencies().operation.bulkhead._inside)


def begin() -> str:
    """Write, and wait then."""
    current().settings.change_rows(current().identity.account_id, lambda _: KeptRows((7,)))
    return wait()


def busy() -> str:
    raise JiraBusy("Jira asks for a break.", retry_after=9, reason="jira-burst-based")


def fail() -> str:
    wait()
    raise RuntimeError("broken")


@pytest.fixture
def app(app: Flask) -> Flask:
    """Return an app with views that wait for Jira and do something else before or after it."""
    for view in (wait, fail, begin, busy):
        declared = takes("context", "session", permission="viewer")(view)
        app.add_url_rule(f"/waiting/{view.__name__}", f"waiting.{view.__name__}", declared)
    return app


def dependencies_of(app: Flask) -> Any:
    return app.extensions["timesheet"]


@pytest.mark.parametrize(("path", "status"), [("/waiting/wait", 200), ("/waiting/fail", 500)])
def test_a_place_is_taken_and_given_back(app: Flask, site: JiraSite, path: str, status: int) -> None:
    headers = bearing(site.context_token())
    for _ in range(3):
        assert site.client.get(path, headers=headers).status_code == status
        assert dependencies_of(app).operation.bulkhead._inside == 0
    assert site.client.get("/waiting/wait", headers=headers).text == "1"


@pytest.fixture
def full(app: Flask) -> Flask:
    """Let nobody wait for Jira or queue, and add a page that waits for it."""
    swap(app, bulkhead=Bulkhead(of_a_site=0, queued=0))
    page = takes("page", "session", "context", permission="viewer")(wait)
    app.add_url_rule("/waiting/page/<name>", "waiting.page", lambda name: page(), methods=["GET", "POST"])
    cast(Any, app.view_functions["waiting.page"]).takes = cast(Any, page).takes
    return app


PAGE, HTMX = "/waiting/page/a%20b", {"HX-Request": "true"}


@pytest.mark.usefixtures("full")
def test_a_fragment_waits_in_its_place_and_asks_again(site: JiraSite) -> None:
    headers = bearing(site.session_token()) | HTMX
    answer = site.client.get(f"{PAGE}?day=2026-11-24&x=%22%3E&x=2", headers=headers)
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "5")
    assert answer.text.startswith('<section id="waiting"')
    assert 'hx-get="/waiting/page/a%20b?day=2026-11-24&amp;x=%22%3E&amp;x=2"' in answer.text
    assert """hx-headers='{"X-Waiting":"1"}'""" in answer.text
    assert "Many people are opening Timesheet" in answer.text
    assert answer.headers["X-Request-Id"] not in answer.text


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("target", "headings"),
    [("main#main", 1), ("section#sheet", 1), ("section#waiting-page", 1), ("div#found", 0), ("", 0)],
)
def test_a_fragment_that_takes_the_place_of_the_page_brings_a_heading(
    site: JiraSite, target: str, headings: int
) -> None:
    answer = site.client.get(PAGE, headers=bearing(site.session_token()) | HTMX | {"HX-Target": target})
    assert answer.text.count("<h1") == headings
    assert ('id="waiting-page"' in answer.text) is bool(headings)


@pytest.mark.usefixtures("full")
def test_a_page_waits_with_a_skeleton_without_jiras_own_parameters(site: JiraSite) -> None:
    answer = site.load(
        "/waiting/page/x", {"day": "2026-11-24", "xdm_e": "https://acme.atlassian.net", "lic": ""}
    )
    assert answer.status_code == 202
    assert '<main id="main" ' in answer.text
    assert answer.text.count("<h1") == 1
    assert 'hx-get="/waiting/page/x?day=2026-11-24"' in answer.text
    assert 'name="session-token" content="ey' in answer.text
    assert "jwt=" not in answer.text.partition("<main")[2]


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("attempt", "status"),
    [("0", 202), ("19", 202), ("20", 503), ("99", 503), ("-1", 503), ("x", 503), ("٣", 503)],
)
def test_it_is_refused_in_the_end(site: JiraSite, attempt: str, status: int) -> None:
    headers = bearing(site.session_token()) | HTMX | {"X-Waiting": attempt.encode().decode("latin-1")}
    answer = site.client.get(PAGE, headers=headers)
    assert answer.status_code == status
    assert ("Timesheet is busy" in answer.text) is (status == 503)


@pytest.mark.usefixtures("full")
def test_a_script_that_asks_for_a_file_or_json_is_refused(site: JiraSite) -> None:
    answer = site.client.get(PAGE, headers=bearing(site.session_token()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.usefixtures("full")
def test_a_change_is_refused_at_once_and_never_repeated(site: JiraSite) -> None:
    answer = site.client.post(PAGE, headers=bearing(site.session_token()) | HTMX)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Timesheet is busy" in answer.text


def test_what_a_waiting_request_began_is_undone(full: Flask, site: JiraSite) -> None:
    headers = bearing(site.session_token()) | HTMX
    assert site.client.get("/waiting/begin", headers=headers).status_code == 202
    with full.app_context():
        dependencies().operation.transaction.enter(site.client_key)
        settings = dependencies().stores.settings_of(site.client_key)
        assert settings.read_both(site.account)[1] == PersonSettings()


def test_jiras_own_break_is_no_reason_to_ask_again(site: JiraSite) -> None:
    answer = site.client.get("/waiting/busy", headers=bearing(site.session_token()) | HTMX)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "9")


def test_where_there_is_none_it_is_said_with_how_long_to_wait(app: Flask, site: JiraSite) -> None:
    swap(app, bulkhead=Bulkhead(of_a_site=0, queued=0))
    answer = site.client.get("/waiting/wait", headers=bearing(site.context_token()))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "many people of your site are reading from Jira" in answer.text
    assert "What you typed is kept" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_the_app_counts_who_is_turned_away(app: Flask, site: JiraSite) -> None:
    bulkhead = dependencies_of(app).operation.bulkhead
    bulkhead._of_a_site = bulkhead._most_queued = 0
    assert site.client.get("/waiting/wait", headers=bearing(site.context_token())).status_code == 503
    text = (
        dependencies_of(app)
        .operation.meter_page.page(
            database_up=True, cache_up=True, points_left=7, points_allowed=9, jobs=None
        )[0]
        .decode()
    )
    assert 'timesheet_turned_away_total{reason="site_full"} 1.0' in text
