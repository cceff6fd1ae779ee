"""The headers of every type of response, against the rules of Mozilla's Observatory and OWASP's list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import JiraSite
from tests.web.support.every_route import path_of, routes_of
from tests.web.support.safe_headers import faults_of, policy_of
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.swap import swap
from tests.web.support.two_sites import TwoSites, ids_of, make_two_sites
from tests.web.support.viewer import HTMX
from timesheet.adapters.db.database import Database
from timesheet.domain.errors import JiraUnavailable
from timesheet.settings import Settings
from timesheet.web.middleware import rate_limit as limits

METRICS_TOKEN = "a token for operators, made up"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, metrics_token=METRICS_TOKEN)


@pytest.fixture
def two_sites(
    app: Flask, site: JiraSite, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> TwoSites:
    return make_two_sites(app, site, new_site("other"), clock)


def answers_of(world: TwoSites) -> dict[str, TestResponse]:
    """Return one response of each type."""
    site, client, session = world.second, world.second.client, world.headers
    calendar = f"/configure/calendars/{ids_of('own')['calendar_id']}"
    return {
        "page": site.load("/teams"),
        "fragment": client.get("/teams", headers=session | HTMX),
        "page of settings": site.load(calendar),
        "iCalendar": client.get(f"{calendar}/file", headers=session),
        "CSV": client.get("/audit/file/csv", headers=session),
        "JSON lines": client.get("/audit/file/proof", headers=session),
        "JSON file": client.get("/configure/transfer/file", headers=session),
        "packed": client.get("/teams", headers=session | {"Accept-Encoding": "gzip"}),
        "out of band": client.post(
            "/teams/team-own/archive", data={"archived": "1", "version": "1"}, headers=session | HTMX
        ),
        "JSON": client.post("/session", headers=bearing(site.context_token())),
        "webhook": site.send_event(
            "/connect/webhook/issue", {"webhookEvent": "jira:issue_deleted", "issue": {"id": "1"}}
        ),
        "descriptor": client.get("/atlassian-connect.json"),
        "healthz": client.get("/healthz"),
        "readyz": client.get("/readyz"),
        "metrics": client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}),
        "refused metrics": client.get("/metrics"),
        "conflict": client.post(
            "/configure/labels",
            data={"id": "label-own", "name": "X", "color": "teal", "version": "9"},
            headers=session | HTMX,
        ),
        "refused page": client.get("/teams"),
        "refused call": client.post("/teams"),
        "refused webhook": client.post("/connect/webhook/issue"),
        "forbidden": client.get("/teams/team-zephyr", headers=session | HTMX),
        "invalid": client.post("/configure/calendars", data={"name": ""}, headers=session | HTMX),
        "unknown": client.get("/nothing"),
        "wrong method": client.delete("/teams", headers=session),
        "too large": client.post("/teams", data=b"x" * 1_100_000, headers=session),
        "packed body": client.post("/teams", headers=session | {"Content-Encoding": "gzip"}),
        "broken": client.get("/probe/fail"),
        "HEAD": client.head("/healthz"),
        "HEAD of a page": client.head("/teams", headers=session),
        "TRACE": client.open("/teams", method="TRACE"),
        "odd bytes": client.get("/teams/%ff%fe", headers=session),
        "no such file": client.get("/static/nothing.js"),
        "OPTIONS": client.options("/teams"),
        "to https": client.get("/nothing", base_url="http://timesheet.example.com"),
        # The last one, as it ends the session.
        "install": site.install(),
    }


def test_each_type_of_answer_is_safe(two_sites: TwoSites) -> None:
    answers = answers_of(two_sites)
    expected = {
        "page": 200,
        "fragment": 200,
        "iCalendar": 200,
        "CSV": 200,
        "JSON lines": 200,
        "JSON file": 200,
        "packed": 200,
        "out of band": 200,
        "JSON": 200,
        "metrics": 200,
        "webhook": 204,
        "to https": 302,
        "refused page": 401,
        "refused metrics": 401,
        "forbidden": 404,
        "unknown": 404,
        "wrong method": 405,
        "conflict": 409,
        "too large": 413,
        "packed body": 415,
        "invalid": 422,
        "broken": 500,
    }
    assert {name: answers[name].status_code for name in expected} == expected
    assert answers["packed"].headers["Content-Encoding"] == "gzip"
    wrong = {name: list(faults_of(answer, https=name != "to https")) for name, answer in answers.items()}
    assert {name: faults for name, faults in wrong.items() if faults} == {}


def test_what_jira_and_the_database_bring_about_is_safe(
    app: Flask, two_sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> Any:
        raise JiraUnavailable("Jira does not answer.")

    swap(app, jira_as=gone, is_admin=lambda *_: False)
    monkeypatch.setattr(Database, "reachable", lambda _: False)
    client, session = two_sites.second.client, two_sites.headers
    answers = {
        502: client.get("/timesheet", headers=session | HTMX),
        403: client.get("/configure", headers=session | HTMX),
        503: client.get("/readyz"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert list(faults_of(answer)) == []


def test_whoever_is_too_fast_gets_a_safe_answer(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, database_url: str
) -> None:
    del database_url  # The site's, which is read after the change.
    monkeypatch.setattr(
        limits, "RATE_LIMITS", tuple(replace(rate, most="1 per minute") for rate in limits.RATE_LIMITS)
    )
    site = request.getfixturevalue("site")
    headers = bearing(site.session_token())
    for _ in range(2):
        answer = site.client.get("/probe/both", headers=headers)
    assert answer.status_code == 429
    assert list(faults_of(answer)) == []


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {"If-None-Match": "*"}, 200),
        ("GET", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
        ("GET", {"Range": "bytes=0-9"}, 206),
        ("GET", {"Range": "bytes=999999-"}, 416),
        ("GET", {"Accept-Encoding": "gzip"}, 200),
        ("HEAD", {}, 200),
        ("POST", {}, 405),
        ("OPTIONS", {}, 405),
        ("TRACE", {}, 405),
    ],
)
def test_a_static_file_is_safe_however_it_is_requested(
    site: JiraSite, method: str, headers: dict[str, str], status: int
) -> None:
    with site.client.open("/static/js/main.js", method=method, headers=headers, buffered=True) as answer:
        assert answer.status_code == status
        assert list(faults_of(answer, static=status < 400)) == []


def test_static_files_are_safe(app: Flask, site: JiraSite) -> None:
    named = cast("Callable[[str], str]", cast(Any, app.jinja_env.globals["static_url"]))
    for name in ("icon.svg", "js/main.js", "css/page/app.css"):
        for path in (named(name), f"/static/{name}"):
            with site.client.get(path, buffered=True) as answer:
                assert answer.status_code == 200
                shared = path == "/static/icon.svg"
                assert list(faults_of(answer, static=True, shared=shared)) == [], path


def test_jiras_pages_may_load_the_icons_that_the_descriptor_names_and_nothing_else(site: JiraSite) -> None:
    def allowed(path: str) -> str:
        with site.client.get(path, buffered=True) as answer:
            return answer.headers["Cross-Origin-Resource-Policy"]

    modules = site.client.get("/atlassian-connect.json").get_json()["modules"]
    icons = {module["icon"]["url"] for module in modules["jiraIssueContexts"]}
    assert icons
    assert {allowed(icon) for icon in icons} == {"cross-origin"}
    others = ("/static/js/main.js", "/static/css/page/app.css", "/static/nothing.svg", "/healthz")
    assert {allowed(path) for path in others} == {"same-origin"}


def test_every_page_may_be_framed_by_its_own_site_only(app: Flask, two_sites: TwoSites) -> None:
    pages = [route for route in routes_of(app) if "page" in route.declared.kinds]
    for route in pages:
        answer = two_sites.second.load(path_of(app, route, ids_of("own")))
        # The element whose height Jira's script uses for the frame; everything visible is inside it.
        assert answer.text.count("ac-content") == 1, route
        assert 'id="content"' not in answer.text, route
        assert policy_of(answer)["frame-ancestors"] == two_sites.second.base_url, route
        assert list(faults_of(answer)) == [], route
    assert len(pages) > 15


def test_the_rules_find_what_is_wrong(site: JiraSite) -> None:
    answer = site.client.get("/healthz")
    for name, value in (
        ("Content-Security-Policy", "default-src 'self'"),
        (
            "Content-Security-Policy",
            "default-src 'none'; base-uri 'none'; form-action *; frame-ancestors 'none'",
        ),
        (
            "Content-Security-Policy",
            "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors *; script-src 'unsafe-inline'",
        ),
        ("Strict-Transport-Security", "max-age=60"),
        ("Set-Cookie", "a=b"),
        ("Server", "gunicorn/1"),
        ("Access-Control-Allow-Origin", "*"),
        ("Cache-Control", "public"),
        ("Referrer-Policy", "unsafe-url"),
        ("Permissions-Policy", ""),
        ("X-XSS-Protection", "1; mode=block"),
        ("X-Frame-Options", "DENY"),
        ("X-Powered-By", "a framework"),
        ("X-AspNet-Version", "4"),
        ("X-B3-TraceId", "1"),
        ("Via", "1.1 proxy"),
        ("Public-Key-Pins", "x"),
        ("X-DNS-Prefetch-Control", "on"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        (
            "Content-Security-Policy",
            "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src https:",
        ),
        (
            "Content-Security-Policy",
            "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; worker-src blob:",
        ),
    ):
        before = answer.headers.get(name)
        answer.headers[name] = value
        assert list(faults_of(answer)), name
        del answer.headers[name]
        if before is not None:
            answer.headers[name] = before
    assert list(faults_of(answer)) == []
