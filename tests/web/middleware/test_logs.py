"""The log: one line for each request, found by its id, and without secrets."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest
import requests
import structlog
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, StatementError

from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing, page_url
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.errors import InvalidInput, JiraUnavailable, TimesheetError
from timesheet.domain.message import message
from timesheet.settings import Settings
from timesheet.web.middleware.logs import configure_logs, hide_tokens


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, log_level="INFO")


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_is_one_line(site: JiraSite, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    answer = site.load("/probe/page", {"text": "secret words"})
    (line,) = lines_of(capsys)
    assert line["event"] == "request"
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["route"], line["status"], line["method"]) == ("/probe/page", 200, "GET")
    assert (line["site"], line["account"]) == (site.client_key, site.account)
    assert isinstance(line["ms"], float)


def test_a_line_that_cannot_be_written_costs_no_answer(
    site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may be full, or the program that collects the lines may have ended."""
    reader, writer = os.pipe()
    os.close(reader)
    with suppress(BrokenPipeError), os.fdopen(writer, "w") as closed:
        monkeypatch.setattr("sys.stdout", closed)
        monkeypatch.setattr("sys.stderr", closed)
        answer = site.load("/probe/page")
        with pytest.raises(BrokenPipeError):
            closed.flush()
    assert answer.status_code == 200


def test_no_token_no_secret_and_no_query_is_logged(
    site: JiraSite, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = [site.signed("GET", "/probe/page"), site.session_token(), site.context_token()]
    site.client.get(page_url("/probe/page", tokens[0], {"text": "secret words"}))
    site.client.get("/probe/call", headers=bearing(tokens[1]))
    site.client.get(f"/probe/fail?jwt={tokens[2]}")
    site.install()
    out = capsys.readouterr().out
    assert site.secret not in out
    assert "secret words" not in out
    for token in tokens:
        assert token.split(".")[1] not in out


def test_the_reason_of_a_refusal_is_in_the_log_only(
    new_site: Callable[[str], JiraSite], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = new_site("unknown").load("/probe/page")
    assert "unknown-site" not in answer.text
    (line,) = [line for line in lines_of(capsys) if line["event"] == "request"]
    assert (line["refused"], line["status"], line["account"]) == ("unknown-site", 401, None)


def test_ids_from_outside_are_not_believed(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-Id": "chosen by a stranger"})
    assert len(answer.headers["X-Request-Id"]) == 16
    assert answer.headers["X-Request-Id"] != client.get("/healthz").headers["X-Request-Id"]


@pytest.mark.parametrize(
    "text",
    ["GET /x?jwt=abc.def.ghi&a=1", "JWT abc.def.ghi", "Bearer opaque-token", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"],
)
def test_whatever_looks_like_a_token_is_cut_out(text: str) -> None:
    hidden = hide_tokens(None, "info", {"event": text})["event"]
    assert "[hidden]" in hidden
    for secret in ("abc.def", "opaque", "e30.c2ln"):
        assert secret not in hidden


def test_the_console_style_is_for_people(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(replace(settings, log_format="console"))
    app.test_client().get("/healthz")
    close_app(app)
    assert "/healthz" in capsys.readouterr().out


def test_levels_are_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("WARNING", "json")
    log = structlog.stdlib.get_logger("timesheet.test")
    log.info("quiet")
    log.warning("loud")
    assert [line["event"] for line in lines_of(capsys)] == ["loud"]


QUOTED = "Wombat"
FAILURES = (
    IntegrityError,
    StatementError,
    TimesheetError,
    ValueError,
    LookupError,
    requests.RequestException,
    ExceptionGroup,
)


def _refused_by_jira() -> None:
    raise InvalidInput(message("Jira refuses: {words}", words=QUOTED))


def _unreadable() -> None:
    int(QUOTED)


def _absent() -> None:
    raise KeyError(QUOTED)


def _unreachable() -> None:
    raise requests.ConnectionError(f"Max retries exceeded with url: /search/jql?jql={QUOTED}")


def _one_after_the_other() -> None:
    try:
        _unreachable()
    except requests.RequestException as error:
        raise ExceptionGroup("two", [JiraUnavailable(message("About {name}.", name=QUOTED))]) from error


def _refused_by_postgresql() -> None:
    row = f"DETAIL:  Failing row contains ({QUOTED}\n[draft]\nof {QUOTED}, 0)."
    cause = psycopg.errors.CheckViolation(f'new row violates check constraint "ck_part"\n{row}')
    error = IntegrityError("INSERT INTO leave", {"part": QUOTED}, cause, hide_parameters=True)
    raise ExceptionGroup("one", [error]) from cause


def _unusable_in_a_statement() -> None:
    error = ValueError(f"no day: {QUOTED}")
    raise StatementError(f"(builtins.ValueError) {error}", "SELECT 1", None, error) from error


def _of_several_lines() -> None:
    raise ExceptionGroup("one", [ValueError(f"no day:\n{QUOTED}")])


def _without_words() -> None:
    raise ExceptionGroup("one", [ValueError(), RuntimeError("left: as it is")])


@pytest.mark.parametrize(
    ("fail", "left"),
    [
        (_unusable_in_a_statement, "StatementError: (builtins.ValueError)"),
        (_of_several_lines, "ValueError"),
        (_without_words, "RuntimeError: left: as it is"),
        (_refused_by_postgresql, "violates check constraint"),
        (_refused_by_jira, "InvalidInput: Jira refuses: {words}"),
        (_unreadable, "ValueError"),
        (_absent, "KeyError"),
        (_unreachable, "ConnectionError"),
        (_one_after_the_other, "JiraUnavailable: About {name}."),
    ],
)
@pytest.mark.parametrize("style", ["json", "console"])
def test_an_error_is_logged_without_what_it_quotes(
    capsys: pytest.CaptureFixture[str], fail: Callable[[], None], left: str, style: str
) -> None:
    configure_logs("INFO", style)
    with pytest.raises(FAILURES) as failed:
        fail()
    structlog.stdlib.get_logger("timesheet.test").error("failed", exc_info=failed.value)
    logged = capsys.readouterr().out
    assert QUOTED not in logged
    assert left in logged
    assert fail.__name__ in logged
