"""Compression, the health checks, and htmx's headers."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from timesheet.web.http import htmx
from timesheet.web.http.access import takes


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


def test_a_long_answer_is_compressed_where_that_is_taken(client: FlaskClient) -> None:
    packed = client.get("/atlassian-connect.json", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    plain = client.get("/atlassian-connect.json")
    refused = client.get("/atlassian-connect.json", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in refused.headers
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert plain.headers["Vary"] == "Accept-Encoding"


def test_a_short_answer_is_left_alone(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers


def test_health_depends_on_the_database_only(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    monkeypatch.setattr(type(app.extensions["timesheet"].operation.transaction), "reachable", lambda _: False)
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    ("headers", "fragment"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "partial"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, False),
        ({"HX-Request": "yes"}, False),
    ],
)
def test_a_fragment_is_requested_by_header(app: Flask, headers: dict[str, str], fragment: bool) -> None:
    with app.test_request_context(headers=headers | {"HX-Target": "grid"}):
        assert htmx.wants_fragment() is fragment
        assert htmx.target() == "grid"


def test_an_answer_can_steer_htmx(app: Flask) -> None:
    with app.app_context():
        response = htmx.into(htmx.with_event(Response(), "saved", {"id": 1}), "#x")
    assert dict(response.headers)["HX-Trigger"] == '{"saved":{"id":1}}'
    assert (response.headers["HX-Retarget"], response.headers["HX-Reswap"]) == ("#x", "innerHTML")


def test_a_streamed_answer_is_not_compressed(app: Flask) -> None:
    app.add_url_rule(
        "/probe/stream",
        "stream",
        takes("public", permission="public")(lambda: Response(iter(["x" * 2000]), mimetype="text/html")),
    )
    answer = app.test_client().get("/probe/stream", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.data) == (200, b"x" * 2000)
    assert "Content-Encoding" not in answer.headers
