"""The headers of every response."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import JiraSite
from timesheet.bootstrap.app import create_app
from timesheet.settings import Settings


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


def policy_of(headers: dict[str, str]) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_a_page_may_be_framed_by_its_own_site_only(site: JiraSite) -> None:
    site.install(displayUrl="https://jira.acme.example")
    policy = policy_of(dict(site.load("/probe/page").headers))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self' https://connect-cdn.atl-paas.net",
        "style-src": "'self' https://connect-cdn.atl-paas.net",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "frame-src": "blob:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "https://acme.atlassian.net https://jira.acme.example",
    }


def test_where_no_site_is_known_nobody_may_frame(client: FlaskClient) -> None:
    for path in ("/healthz", "/atlassian-connect.json", "/nothing-here", "/probe/call", "/probe/fail"):
        assert policy_of(dict(client.get(path).headers))["frame-ancestors"] == "'none'", path


def test_nobody_may_frame_the_answer_to_an_event(site: JiraSite) -> None:
    answer = site.send_event(
        "/connect/webhook/issue", {"webhookEvent": "jira:issue_deleted", "issue": {"id": "1"}}
    )
    assert answer.status_code == 204
    assert policy_of(dict(answer.headers))["frame-ancestors"] == "'none'"


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


@pytest.mark.parametrize("path", ["/connect/webhook/worklog", "/connect/installed", "/probe/call"])
def test_what_programs_call_is_refused_over_plain_http(client: FlaskClient, path: str) -> None:
    method = client.get if path == "/probe/call" else client.post
    answer = method(path, base_url="http://timesheet.example.com", headers={"Authorization": "JWT a.b.c"})
    assert answer.status_code == 403
    assert "over https only" in answer.text
    assert "Location" not in answer.headers


def test_development_stays_on_plain_http(settings: Settings) -> None:
    app = create_app(replace(settings, env="development", base_url="http://127.0.0.1:5000"))
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


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
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/%252e%252e/app.py",
        "/static/..%2fapp.py",
        "/static/..\\app.py",
        "/static/%5c..%5capp.py",
        "/static/js/../../app.py",
        "/static/js/%2e%2e/icon.svg",
        "/static//icon.svg",
        "//static/icon.svg",
        "/static/icon.svg%00",
        "/static/icon.svg%00.css",
        "/static/%00/icon.svg",
        "/static/icon.svg/",
        "/static/ICON.SVG",
        "/static//etc/passwd",
        "/static/",
        "/static/js",
        "/static/js/",
        "/app.py",
        "/.git/config",
    ],
)
def test_nothing_but_static_files_is_served(client: FlaskClient, path: str) -> None:
    # As a server hands it on: the path is decoded once, and nothing is taken away from it before.
    environ = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "RAW_URI": path}
    with client.get("/", environ_overrides={"PATH_INFO": "/static/icon.svg"}, buffered=True) as answer:
        assert answer.status_code == 200
    with client.get("/", environ_overrides=environ, buffered=True) as answer:
        assert answer.status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "timesheet.example.com@evil.example"])
def test_the_host_that_a_request_names_leads_nobody_anywhere(
    client: FlaskClient, site: JiraSite, host: str
) -> None:
    for path in ("/teams", "//teams", "/teams?next=//evil.example"):
        answer = client.get(
            "/",
            headers={"Host": host},
            environ_overrides={
                "wsgi.url_scheme": "http",
                "PATH_INFO": path.partition("?")[0],
                "QUERY_STRING": path.partition("?")[2],
            },
        )
        assert answer.headers["Location"].startswith("https://timesheet.example.com/"), path
        assert urlsplit(answer.headers["Location"]).netloc == "timesheet.example.com"
    for path in ("/atlassian-connect.json", "/nothing", "/healthz", "/teams"):
        answer = client.get(path, headers={"Host": host})
        assert "evil.example" not in answer.text + str(answer.headers), path
    page = site.client.get(f"/probe/page?jwt={site.signed('GET', '/probe/page')}", headers={"Host": host})
    assert "evil.example" not in page.text + str(page.headers)


def test_what_jira_says_of_its_own_address_builds_no_link(site: JiraSite) -> None:
    said = {"xdm_e": "https://evil.example", "cp": "/evil.example", "xdm_c": "channel-evil.example"}
    said |= {"returnUrl": "https://evil.example", "redirect": "//evil.example", "next": "//evil.example"}
    for path in ("/teams", "/timesheet", "/configure", "/nothing"):
        answer = site.load(path, said)
        assert "evil.example" not in answer.text + str(answer.headers), path


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)//evil.example",
        "https://evil.example/x",
        "//evil.example",
        "https://a@evil.example",
    ],
)
def test_a_site_is_shown_at_no_address_that_is_not_a_plain_one(site: JiraSite, address: str) -> None:
    assert site.install(displayUrl=address).status_code == 204
    page = site.load("/teams")
    assert page.status_code in (200, 502, 503, 504)
    assert "evil.example" not in page.text + str(page.headers)


def test_the_forwarded_address_counts_only_behind_a_known_proxy(settings: Settings, tmp_path: Path) -> None:
    trusting = create_app(
        replace(settings, trusted_proxies=1, database_url=f"sqlite:///{tmp_path / 'proxied.db'}")
    )
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "timesheet.example.com"}
    answer = trusting.test_client().get("/nothing", base_url="http://10.0.0.7", headers=headers)
    assert answer.status_code == 404
