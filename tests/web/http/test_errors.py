"""Every error is a clear sentence with a request id, in a form the caller can read."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from markupsafe import escape

from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing
from timesheet.domain.errors import (
    DELETED,
    Conflict,
    DeletedWhileRead,
    InvalidInput,
    JiraBusy,
    JiraUnavailable,
    NotAllowed,
    NotFound,
    TimesheetError,
    TimeTrackingOff,
    Unauthenticated,
)
from timesheet.web.http.access import takes

ERRORS: tuple[tuple[TimesheetError, int], ...] = (
    (Unauthenticated(), 401),
    (NotAllowed("You need <b>Work on issues</b> in PAY."), 403),
    (NotFound("There is no issue PAY-1 for you."), 404),
    (Conflict("Somebody else changed it."), 409),
    (TimeTrackingOff(), 409),
    (InvalidInput("1:75 is no time.", field="duration"), 422),
    (JiraUnavailable("Jira does not answer."), 502),
    (JiraBusy("Jira is busy.", retry_after=7), 503),
)


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


def route_that_raises(app: Flask, error: Exception) -> FlaskClient:
    def fail() -> str:
        raise error

    app.add_url_rule("/probe/raise", "raise", takes("public", permission="public")(fail))
    return app.test_client()


@pytest.mark.parametrize(("error", "status"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_of_the_domain_is_said_in_its_sentence(
    app: Flask, error: TimesheetError, status: int
) -> None:
    answer = route_that_raises(app, error).get("/probe/raise", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.get_json()["error"] == error.sentence
    assert answer.get_json()["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers.get("Retry-After") == ("7" if isinstance(error, JiraBusy) else None)


@pytest.mark.parametrize(("method", "calls"), [("GET", 2), ("POST", 1)])
def test_what_was_deleted_while_a_page_read_it_is_read_once_more(app: Flask, method: str, calls: int) -> None:
    made = list[str]()

    def read() -> str:
        made.append(request.method)
        raise DeletedWhileRead

    view = takes("public", permission="public")(read)
    app.add_url_rule("/probe/read", "read", view, methods=["GET", "POST"])
    answer = app.test_client().open("/probe/read", method=method)
    assert answer.status_code == 409
    assert escape(DELETED) in answer.text
    assert len(made) == calls


def test_the_page_and_the_fragment_say_the_same(app: Flask, new_site: Callable[[str], JiraSite]) -> None:
    def fail() -> str:
        raise NotAllowed("You need <b>Work on issues</b> in PAY.")

    app.add_url_rule("/probe/refuse", "refuse", takes("page", "session", permission="viewer")(fail))
    site = new_site("acme")
    site.install()
    htmx = {"HX-Request": "true", "HX-Request-Type": "partial"}
    page = site.load("/probe/refuse")
    fragment = site.client.get("/probe/refuse", headers=bearing(site.session_token()) | htmx)
    assert page.text.startswith("<!doctype html>")
    assert fragment.text.startswith('<section id="problem"')
    for answer in (page, fragment):
        assert answer.status_code == 403
        assert "You need &lt;b&gt;Work on issues&lt;/b&gt; in PAY." in answer.text
        assert answer.headers["X-Request-Id"] in answer.text


def test_an_unexpected_error_shows_nothing_but_its_id(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/probe/fail")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Something went wrong" in answer.text
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (line,) = [line for line in logged if line["event"] == "unexpected_error"]
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert "RuntimeError" in line["exception"]
    assert "eyJhbGciOiJIUzI1NiJ9" not in line["exception"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/connect/installed", 405), ("DELETE", "/session", 405)],
)
def test_http_errors_have_sentences_too(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.headers["X-Request-Id"] in answer.text
    assert ("Allow" in answer.headers) == (status == 405)


def test_lifecycle_and_webhooks_answer_in_json(client: FlaskClient) -> None:
    for path in ("/connect/installed", "/connect/webhook/worklog", "/session"):
        assert client.post(path, json={}).is_json, path
