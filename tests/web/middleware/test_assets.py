"""A page loads two bundles in production and the sources in development."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.support.signing import BASE_URL
from timesheet.bootstrap.app import create_app
from timesheet.settings import Settings

ADDRESS = re.compile(r'(?:href|src)="(/static/[^"]+)"')
IMMUTABLE = "max-age=315360000, public, immutable"


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


def loaded_by(client: FlaskClient) -> list[str]:
    """Return the addresses of static files in the head that all pages share, here that of an error."""
    page = client.get("/nothing", base_url=BASE_URL)
    return ADDRESS.findall(page.text.partition("</head>")[0])


def test_a_page_loads_one_style_sheet_and_one_script(client: FlaskClient) -> None:
    style, script = loaded_by(client)
    assert re.fullmatch(r"/static/[0-9a-f]{12}\.css", style)
    assert re.fullmatch(r"/static/[0-9a-f]{12}\.js", script)
    for address, kind in ((style, "text/css"), (script, "text/javascript")):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
        assert answer.headers["Cache-Control"] == IMMUTABLE
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_htmx_is_the_end_of_the_script(client: FlaskClient) -> None:
    # It sends its first requests as soon as it runs, and they need our token.
    ours, htmx = client.get(loaded_by(client)[1]).text.split("// vendor/htmx/htmx.min.js\n")
    assert "// js/main.js\n" in ours
    assert htmx.startswith("var htmx=")


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip, deflate, br", True),
        ("br, *;q=0.1", True),
        ("gzip;q=0", False),
        ("identity", False),
        (None, False),
    ],
)
def test_a_bundle_is_compressed_for_who_accepts_it(
    client: FlaskClient, accepted: str | None, packed: bool
) -> None:
    address = loaded_by(client)[0]
    plain = client.get(address)
    answer = client.get(address, headers={"Accept-Encoding": accepted} if accepted else {})
    assert (answer.headers.get("Content-Encoding") == "gzip") is packed
    assert (gzip.decompress(answer.data) if packed else answer.data) == plain.data
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_a_bundle_is_only_read(client: FlaskClient) -> None:
    address = loaded_by(client)[1]
    head = client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == client.get(address).headers["Content-Length"]
    refused = client.post(address)
    assert refused.status_code == 405
    assert refused.headers["Cache-Control"] == "no-store"


def test_a_page_of_another_version_gets_the_current_bundles_for_once(client: FlaskClient) -> None:
    for address in loaded_by(client):
        extension = address.rpartition(".")[2]
        other = client.get(f"/static/0123456789ab.{extension}")
        assert (other.status_code, other.data) == (200, client.get(address).data)
        assert other.headers["Cache-Control"] == "no-store"
    for nothing in ("/static/0123456789ab.svg", "/static/0123456789a.css", "/static/0123456789ab.css/x"):
        assert client.get(nothing).status_code == 404


def test_two_processes_use_the_same_addresses(settings: Settings, app: Flask) -> None:
    assert create_app(settings).jinja_env.globals["assets"] == app.jinja_env.globals["assets"]


def test_development_loads_the_sources_and_names_each_before_it_is_needed(settings: Settings) -> None:
    local = replace(settings, env="development", base_url="http://127.0.0.1:5000", assets="modules")
    app = create_app(local)
    assets = cast(Any, app.jinja_env.globals["assets"])
    with app.test_request_context():
        page = app.jinja_env.get_template("layout.html")
        head = page.render(session_token=lambda: "").partition("</head>")[0]
    assert [entry.rpartition("/")[2] for entry in assets.modules] == ["main.js"]
    assert len(assets.preloads) > 40
    assert ADDRESS.findall(head) == [*assets.styles, *assets.preloads, *assets.modules, *assets.scripts]
    assert head.count('rel="modulepreload"') == len(assets.preloads)
    client = app.test_client()
    for address in ADDRESS.findall(head):
        with client.get(address, buffered=True) as answer:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "max-age=0, public"), (
                address
            )
