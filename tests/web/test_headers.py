"""The headers of every type of answer, against the rules of Mozilla's Observatory and OWASP's list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import JiraSite
from tests.web.every_route import path_of, routes_of
from tests.web.safe_headers import faults_of, policy_of
from tests.web.signing import SettableClock, bearing
from tests.web.two_sites import TwoSites, ids_of, make_two_sites
from tests.web.viewer import HTMX


@pytest.fixture
def two_sites(
    app: Flask, site: JiraSite, new_site: Callable[[str], JiraSite], clock: SettableClock
) -> TwoSites:
    return make_two_sites(app, site, new_site("other"), clock)


def answers_of(world: TwoSites) -> dict[str, TestResponse]:
    """One answer of each type."""
    site, client, session = world.second, world.second.client, world.headers
    calendar = f"/configure/calendars/{ids_of('own')['calendar_id']}"
    return {
        "page": site.load("/teams"),
        "fragment": client.get("/teams", headers=session | HTMX),
        "page of settings": site.load(calendar),
        "download": client.get(f"{calendar}/file", headers=session),
        "JSON": client.post("/session", headers=bearing(site.context_token())),
        "webhook": site.tell(
            "/connect/webhook/issue", {"webhookEvent": "jira:issue_deleted", "issue": {"id": "1"}}
        ),
        "install": site.install(),
        "descriptor": client.get("/atlassian-connect.json"),
        "healthz": client.get("/healthz"),
        "readyz": client.get("/readyz"),
        "metrics": client.get("/metrics"),
        "refused page": client.get("/teams"),
        "refused call": client.post("/teams"),
        "refused webhook": client.post("/connect/webhook/issue"),
        "forbidden": client.get("/teams/team-zephyr", headers=session | HTMX),
        "invalid": client.post("/configure/calendars", data={"name": ""}, headers=session | HTMX),
        "unknown": client.get("/nothing"),
        "wrong method": client.delete("/teams", headers=session),
        "too large": client.post("/connect/installed", data=b"x" * 70_000, content_type="application/json"),
        "packed": client.post("/teams", headers=session | {"Content-Encoding": "gzip"}),
        "broken": client.get("/probe/fail"),
        "HEAD": client.head("/healthz"),
        "OPTIONS": client.options("/teams"),
        "to https": client.get("/nothing", base_url="http://timesheet.example.com"),
    }


def test_each_type_of_answer_is_safe(two_sites: TwoSites) -> None:
    answers = answers_of(two_sites)
    expected = {"page": 200, "download": 200, "webhook": 204, "broken": 500, "to https": 302, "packed": 415}
    assert {name: answers[name].status_code for name in expected} == expected
    wrong = {name: list(faults_of(answer, https=name != "to https")) for name, answer in answers.items()}
    assert {name: faults for name, faults in wrong.items() if faults} == {}


def test_static_files_are_safe(app: Flask, site: JiraSite) -> None:
    named = cast("Callable[[str], str]", cast(Any, app.jinja_env.globals["static_url"]))
    for name in ("icon.svg", "js/main.js", "css/app.css"):
        for path in (named(name), f"/static/{name}"):
            with site.client.get(path, buffered=True) as answer:
                assert answer.status_code == 200
                assert list(faults_of(answer, static=True)) == [], path


def test_every_page_may_be_framed_by_its_own_site_only(app: Flask, two_sites: TwoSites) -> None:
    pages = [route for route in routes_of(app) if "page" in route.declared.kinds]
    for route in pages:
        answer = two_sites.second.load(path_of(app, route, ids_of("own")))
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
    ):
        before = answer.headers.get(name)
        answer.headers[name] = value
        assert list(faults_of(answer)), name
        del answer.headers[name]
        if before is not None:
            answer.headers[name] = before
    assert list(faults_of(answer)) == []
