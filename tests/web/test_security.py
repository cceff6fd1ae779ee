"""The headers of every answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import JiraSite
from timesheet.bootstrap import create_app
from timesheet.settings import Settings


def policy_of(headers: dict[str, str]) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_a_page_may_be_framed_by_its_own_site_only(site: JiraSite) -> None:
    site.install(displayUrl="https://jira.acme.example")
    policy = policy_of(dict(site.load("/probe/page").headers))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self' https://connect-cdn.atl-paas.net",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "https://acme.atlassian.net https://jira.acme.example",
    }


def test_where_no_site_is_known_nobody_may_frame(client: FlaskClient) -> None:
    for path in ("/healthz", "/atlassian-connect.json", "/nothing-here", "/probe/call", "/probe/fail"):
        assert policy_of(dict(client.get(path).headers))["frame-ancestors"] == "'none'", path


def test_a_refused_page_load_can_be_read_inside_jira(client: FlaskClient) -> None:
    answer = client.get("/probe/page")
    assert answer.status_code == 401
    assert policy_of(dict(answer.headers))["frame-ancestors"] == "https://*.atlassian.net https://*.jira.com"


@pytest.mark.parametrize("path", ["/probe/page", "/healthz", "/nothing", "/probe/fail", "/probe/call"])
def test_every_answer_has_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not {"X-Frame-Options", "Set-Cookie", "Server", "X-Powered-By"} & set(headers.keys())


def test_plain_http_is_sent_to_https_but_for_the_health_path(client: FlaskClient) -> None:
    answer = client.get("/nothing", base_url="http://timesheet.example.com")
    assert answer.status_code in (301, 302)
    assert answer.headers["Location"].startswith("https://timesheet.example.com/")
    assert client.get("/healthz", base_url="http://10.0.0.7").status_code == 200


def test_development_stays_on_plain_http(settings: Settings) -> None:
    app = create_app(replace(settings, env="development", base_url="http://127.0.0.1:5000"))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


def test_a_body_that_is_too_large_is_refused(site: JiraSite) -> None:
    answer = site.tell("/connect/webhook/worklog", {"webhookEvent": "worklog_created", "x": "x" * 1_100_000})
    assert answer.status_code == 413


def test_static_files_have_an_address_that_changes_with_them(app: Flask, client: FlaskClient) -> None:
    url = cast(Any, app.jinja_env.globals["static_url"])("icon.svg")
    with client.get(url, buffered=True) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in answer.headers
    with client.get("/static/icon.svg", buffered=True) as answer:
        assert answer.headers["Cache-Control"] == "max-age=60, public"
    with pytest.raises(LookupError, match=r"no\.css"):
        cast(Any, app.jinja_env.globals["static_url"])("css/no.css")


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/"]
)
def test_nothing_but_static_files_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (404, 308)


def test_the_forwarded_address_counts_only_behind_a_known_proxy(settings: Settings, tmp_path: Path) -> None:
    trusting = create_app(
        replace(settings, trusted_proxies=1, database_url=f"sqlite:///{tmp_path / 'proxied.db'}")
    )
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "timesheet.example.com"}
    answer = trusting.test_client().get("/nothing", base_url="http://10.0.0.7", headers=headers)
    assert answer.status_code == 404
