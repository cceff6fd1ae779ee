"""The operator's metrics: closed to others, and without sites and people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from timesheet.domain.job import Job
from timesheet.services.ports.job import DONE, Ending, JobKey

TOKEN = "a token of the operator's own"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def metered(app: Flask) -> FlaskClient:
    swap(app, metrics_token=TOKEN)
    return app.test_client()


def counts(client: FlaskClient) -> str:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return answer.text


def test_without_the_setting_there_is_nothing(client: FlaskClient) -> None:
    assert client.get("/metrics", headers=BEARER).status_code == 404


@pytest.mark.parametrize(
    "given", [None, "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN} ", "Bearer ü", TOKEN]
)
def test_only_the_bearer_of_the_token_reads(metered: FlaskClient, given: str | None) -> None:
    answer = metered.get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "timesheet_" not in answer.text


def test_requests_are_counted_by_route_and_status(metered: FlaskClient) -> None:
    metered.get("/probe/page")
    metered.get("/no/such/address/of/anybody")
    metered.open("/probe/page", method="INVENTED")
    text = counts(metered)
    assert 'timesheet_request_seconds_count{method="GET",route="/probe/page",status="401"} 1.0' in text
    assert 'timesheet_request_seconds_count{method="GET",route="unknown",status="404"} 1.0' in text
    assert "INVENTED" not in text
    assert 'method="OTHER"' in text
    assert "no/such/address" not in text


def test_refused_tokens_are_counted_by_reason(metered: FlaskClient) -> None:
    for _ in range(2):
        metered.get("/probe/page")
    metered.get("/probe/page?jwt=x&jwt=y")
    text = counts(metered)
    assert 'timesheet_refused_tokens_total{reason="missing"} 2.0' in text
    assert 'timesheet_refused_tokens_total{reason="two-tokens"} 1.0' in text


def test_no_metric_names_a_site_or_a_person(metered: FlaskClient, site: JiraSite) -> None:
    headers = bearing(site.session_token())
    assert metered.get("/probe/call", headers=headers).status_code == 200
    text = counts(metered)
    assert 'route="/probe/call",status="200"' in text
    assert site.client_key not in text
    assert site.account not in text


def test_the_database_is_up_or_down(metered: FlaskClient, app: Flask) -> None:
    assert "timesheet_database_up 1.0" in counts(metered)
    deps = app.extensions["timesheet"]

    class Gone:
        def commit(self) -> None: ...
        def roll_back(self) -> None: ...
        def reachable(self) -> bool:
            return False

    swap(app, transaction=Gone())
    assert "timesheet_database_up 0.0" in counts(metered)
    app.extensions["timesheet"] = deps


def test_jobs_are_shown_without_their_sites(
    app: Flask, metered: FlaskClient, site: JiraSite, clock: SettableClock
) -> None:
    deps = app.extensions["timesheet"]
    with app.app_context():
        deps.jobs.board.enroll(site.client_key, {Job.SETTLE: clock()})
    clock.now += timedelta(seconds=90)
    text = counts(metered)
    assert "timesheet_jobs_late_seconds 90.0" in text
    assert 'timesheet_jobs_due{job="settle"} 1.0' in text
    assert 'timesheet_jobs_dead{job="settle"} 0.0' in text
    assert "timesheet_job_last_run_timestamp_seconds{" not in text
    with app.app_context():
        key = JobKey(site.client_key, Job.SETTLE)
        claim = deps.jobs.board.claim(key, "one", clock())
        with deps.operation.transaction.within(site.client_key):
            deps.jobs.board.finish(claim, Ending(DONE, clock(), clock() + timedelta(minutes=5)))
            deps.operation.transaction.commit()
    text = counts(metered)
    ended = text.split('timesheet_job_last_run_timestamp_seconds{job="settle"} ')[1].split("\n")[0]
    assert float(ended) == clock().timestamp()
    assert "timesheet_jobs_late_seconds 0.0" in text
    assert site.client_key not in text
