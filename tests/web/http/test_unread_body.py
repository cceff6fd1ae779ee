"""A body is read only after the token was verified."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import JiraSite
from tests.web.support.every_route import Route, path_of, routes_of
from tests.web.support.signing import bearing
from tests.web.support.unlimited import lift_throttle

VALUES = {"team_id": "a" * 32, "kind": "labels", "path": "x", "account_id": "a", "name": "x", "version": "1"}
FORM = "application/x-www-form-urlencoded"
KINDS_OF_BODY = (FORM, "multipart/form-data; boundary=x", "application/json", "text/plain")


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


class Watched(io.BytesIO):
    """A body that knows whether anybody has read of it."""

    was_read = False

    def read(self, *size: int | None) -> bytes:
        self.was_read = True
        return super().read(*size)

    def readline(self, *size: int | None) -> bytes:
        self.was_read = True
        return super().readline(*size)

    def readinto(self, buffer: object) -> int:
        self.was_read = True
        return super().readinto(buffer)  # type: ignore[arg-type]


def post(
    client: FlaskClient, path: str, kind: str, headers: Mapping[str, str], method: str = "POST"
) -> tuple[int, bool]:
    """Return the status, and whether the body was read."""
    body = Watched(b"jwt=e30.e30.x&a=1")
    answer = client.open(
        path,
        method=method,
        headers=dict(headers),
        environ_overrides={"wsgi.input": body, "CONTENT_LENGTH": "17", "CONTENT_TYPE": kind},
    )
    return answer.status_code, body.was_read


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn off the rate limit, because all requests come from one address."""
    lift_throttle(monkeypatch)


def arguments(app: Flask, route: Route) -> str:
    return path_of(app, route, {name: VALUES.get(name, "a" * 32) for name in route.arguments})


@pytest.mark.parametrize("kind", KINDS_OF_BODY)
def test_no_route_reads_a_body_before_the_token_is_verified(app: Flask, site: JiraSite, kind: str) -> None:
    forged = site.session_token()[:-6] + "AAAAAA"
    wrong: list[str] = []
    sent = 0
    for route in routes_of(app):
        if route.declared.permission == "public":
            continue
        try:
            path = arguments(app, route)
        except (ValueError, TypeError):
            path = route.rule
        for headers, query in ((bearing(forged), ""), ({}, f"?jwt={forged}"), ({}, "")):
            sent += 1
            status, was_read = post(site.client, path + query, kind, headers, route.method)
            if was_read or status not in (401, 404):
                wrong.append(f"{route} {status} {'read' if was_read else ''}")
    assert wrong == []
    assert sent > 300


@pytest.mark.parametrize("route", ["/connect/installed", "/connect/uninstalled"])
def test_a_signed_install_is_read(site: JiraSite, route: str) -> None:
    status, was_read = post(site.client, route, "application/json", bearing(site.lifecycle_token(route)))
    assert (status, was_read) == (422, True)


def test_a_verified_form_is_read_and_a_token_in_it_is_refused(site: JiraSite) -> None:
    status, was_read = post(site.client, "/probe/call", FORM, bearing(site.session_token()))
    assert (status, was_read) == (401, True)


@pytest.mark.parametrize("place", ["header", "query"])
def test_two_tokens_are_refused_without_a_look_at_the_form(site: JiraSite, place: str) -> None:
    token = site.session_token()
    headers = bearing(token) if place == "header" else {}
    path = f"/probe/call?jwt={token}" + ("" if headers else f"&jwt={token}")
    assert post(site.client, path, FORM, headers) == (401, False)


def test_whoever_asks_too_often_is_not_read_either(
    site: JiraSite, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    token = bearing(site.session_token())
    for _ in range(299):
        assert site.client.post("/probe/call", headers=token).status_code == 200
    assert post(site.client, "/probe/call", FORM, token)[0] in (401, 429)
    assert post(site.client, "/probe/call", FORM, token) == (429, False)


def test_the_public_addresses_read_nothing(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz", "/atlassian-connect.json"):
        status, was_read = post(client, path, FORM, {}, "GET")
        assert (status, was_read) == (200, False)
