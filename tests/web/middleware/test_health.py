"""The health check: fast and correct, whatever Jira and the database do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
import responses
from flask import Flask

from tests.web.conftest import JiraSite
from tests.web.support.signing import bearing
from tests.web.support.viewer import HTMX
from timesheet.bootstrap.app import create_app
from timesheet.settings import Settings

PEOPLE = 10


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Listen on a port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield listening


@pytest.fixture
def settings(settings: Settings, silent: socket.socket) -> Settings:
    """Return settings with a Jira, and an authorization server, that never answer."""
    hanging = f"http://127.0.0.1:{silent.getsockname()[1]}"
    return replace(settings, env="development", jira_hosts=("127.0.0.1:*",), connect_oauth_url=hanging)


def test_it_answers_within_50_ms_while_jira_hangs(
    app: Flask,
    silent: socket.socket,
    new_site: Callable[[str], JiraSite],
    key_server: responses.RequestsMock,
) -> None:
    key_server.add_passthru("http://127.0.0.1")
    site = replace(new_site("hanging"), base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert site.install().status_code == 204

    def open_timesheet(number: int) -> int:
        person = replace(site, client=app.test_client(), account=f"person-{number}")
        return person.client.get("/timesheet", headers=HTMX | bearing(person.context_token())).status_code

    with ThreadPoolExecutor(PEOPLE) as pool:
        waiting = [pool.submit(open_timesheet, number) for number in range(PEOPLE)]
        assert [one.result() for one in wait(waiting, timeout=0.3).done] == []
        client, times = app.test_client(), list[float]()
        for _ in range(20):
            start = perf_counter()
            assert client.get("/healthz").status_code == 200
            times.append(perf_counter() - start)
        assert not any(one.done() for one in waiting)
        silent.close()
        # Jira is unreachable now: every page says so, and none fails.
        assert {one.result(timeout=60) for one in waiting} <= {200, 502, 503, 504}
    assert median(times) < 0.05


def test_it_does_not_answer_200_when_the_database_is_gone(settings: Settings) -> None:
    gone = "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1"
    app = create_app(replace(settings, database_url=gone))
    for path in ("/healthz", "/readyz"):
        answer = app.test_client().get(path)
        assert answer.status_code == 503
        assert answer.get_json() == {"status": "database unreachable", "cache": "ok"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_does_not_wait_for_a_database_that_is_silent(settings: Settings, silent: socket.socket) -> None:
    app = create_app(settings)
    place = f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none?connect_timeout=20"
    hanging = create_app(replace(settings, database_url=place))
    start = perf_counter()
    assert hanging.test_client().get("/healthz").status_code == 503
    assert perf_counter() - start < 10
    assert app.test_client().get("/healthz").status_code == 200


def test_no_requests_are_sent_here_before_the_database_is_migrated(
    settings: Settings, tmp_path: Path
) -> None:
    client = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.db'}")).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["status"] == "the database has not been upgraded: run flask db upgrade"
