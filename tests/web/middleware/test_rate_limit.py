"""Limits on requests and sizes: each limit separately, with its message."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from time import time

import fakeredis
import pytest
from flask import Flask, request

from tests.adapters.support.valkey import Valkey
from tests.web.conftest import JiraSite, probes
from tests.web.support.every_route import routes_of
from tests.web.support.signing import SettableClock, bearing
from timesheet.adapters.cache.counts import ServerCounts
from timesheet.adapters.cache.server import CacheServer, connect
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.duration import format_wait
from timesheet.services.ports.transfer import LARGEST_UPLOAD
from timesheet.settings import Settings
from timesheet.web.http.access import LARGEST_BODY, takes
from timesheet.web.middleware import rate_limit as limits
from timesheet.web.middleware.rate_count import SharedCounts
from timesheet.web.middleware.rate_limit import hidden_by
from timesheet.web.site.webhook import LARGEST_EVENT

MOST = {"changes": 5, "reads": 7, "costly": 2, "site": 20, "events": 3}
EVENT = {"webhookEvent": "jira:issue_deleted", "issue": {"id": "1"}}


@pytest.fixture
def database_url(empty_sqlite_url: str) -> str:
    return empty_sqlite_url


@pytest.fixture
def app(settings: Settings, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Return an app with much lower limits than usual, one costly route, and a cheap one."""
    assert set(MOST) == {rate.name for rate in limits.RATE_LIMITS}
    slower = tuple(replace(rate, most=f"{MOST[rate.name]} per hour") for rate in limits.RATE_LIMITS)
    monkeypatch.setattr(limits, "RATE_LIMITS", slower)
    app = create_app(settings, clock)
    app.register_blueprint(probes())
    costly = takes("context", permission="viewer", costly=True)(lambda: "made")
    app.add_url_rule("/probe/costly", "probe.costly", costly)
    small = takes("context", permission="viewer", largest=100)(lambda: str(len(request.get_data())))
    app.add_url_rule("/probe/small", "probe.small", small, methods=["POST"])
    yield app
    close_app(app)


def statuses(site: JiraSite, path: str, count: int, method: str = "GET") -> list[int]:
    headers = bearing(site.context_token())
    return [site.client.open(path, method=method, headers=headers).status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [("POST", "/probe/call", 5), ("GET", "/probe/call", 7), ("GET", "/probe/costly", 2)],
)
def test_each_person_has_a_rate_limit_for_each_kind(
    site: JiraSite, method: str, path: str, most: int
) -> None:
    assert statuses(site, path, most + 2, method) == [200] * most + [429] * 2
    site.account = "another-person"
    assert statuses(site, path, 1, method) == [200]


def test_one_kind_does_not_use_up_another(site: JiraSite) -> None:
    assert statuses(site, "/probe/call", 6, "POST")[-1] == 429
    assert statuses(site, "/probe/call", 1) == [200]


def test_a_site_has_a_rate_limit_too_and_another_site_its_own(site: JiraSite, new_site: object) -> None:
    other = new_site("other")  # type: ignore[operator]
    assert other.install().status_code == 204
    answers: list[int] = []
    for number in range(6):
        site.account = f"person-{number}"
        answers += statuses(site, "/probe/call", 4)
    assert answers == [200] * 20 + [429] * 4
    assert statuses(other, "/probe/call", 1) == [200]


def test_events_have_a_rate_limit_for_each_site(site: JiraSite) -> None:
    answers = [site.send_event("/connect/webhook/issue", EVENT) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [204, 204, 204, 429]
    seconds = answers[-1].headers["Retry-After"]
    assert answers[-1].get_json()["error"].endswith(f"Send them again in {format_wait(int(seconds))}.")


def test_a_refusal_says_how_long_to_wait(site: JiraSite) -> None:
    headers = bearing(site.context_token())
    refused = [site.client.post("/probe/call", headers=headers) for _ in range(6)][-1]
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3601
    assert "Timesheet’s own limit for one person" in refused.text
    assert (
        f"Try again in {format_wait(int(refused.headers['Retry-After']))}; what you typed is kept."
        in refused.text
    )
    assert refused.headers["X-Request-Id"] in refused.text


def test_a_refusal_asks_to_wait_for_a_second_at_least(
    site: JiraSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "time", lambda: time() + 7200)
    refused = [site.client.post("/probe/call", headers=bearing(site.context_token())) for _ in range(6)][-1]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")


def test_whoever_has_no_token_uses_up_nobodys_rate_limit(site: JiraSite) -> None:
    assert {site.client.post("/probe/call").status_code for _ in range(9)} == {401}
    assert {site.client.get("/healthz").status_code for _ in range(30)} == {200}
    assert statuses(site, "/probe/call", 1, "POST") == [200]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> fakeredis.FakeServer:
    """Return a Redis that can be stopped."""
    server = fakeredis.FakeServer()

    def connect(_url: str, **_options: object) -> fakeredis.FakeRedis:
        return fakeredis.FakeRedis(server=server)

    monkeypatch.setattr("redis.Redis.from_url", connect)
    return server


class TestWithRedis:
    """The same paces, counted in Redis."""

    @pytest.fixture
    def settings(self, settings: Settings, server: fakeredis.FakeServer) -> Settings:
        assert server.connected
        return replace(settings, redis_url="redis://127.0.0.1:1/0")

    def test_rate_limits_are_counted_there(self, site: JiraSite, server: fakeredis.FakeServer) -> None:
        assert statuses(site, "/probe/call", 7, "POST") == [200] * 5 + [429] * 2
        assert any(b"changes" in key for key in fakeredis.FakeRedis(server=server).scan_iter())

    def test_redis_learns_neither_sites_nor_people(
        self, site: JiraSite, server: fakeredis.FakeServer
    ) -> None:
        assert statuses(site, "/probe/call", 1, "POST") == [200]
        assert site.send_event("/connect/webhook/issue", EVENT).status_code == 204
        client = fakeredis.FakeRedis(server=server)
        keys = list(client.scan_iter())
        assert len([key for key in keys if key.startswith(b"timesheet:count:")]) >= 3
        everything = repr(keys) + repr([client.get(key) for key in keys])
        for secret in (site.client_key, site.account, "acme"):
            assert secret not in everything
        # Somebody who reads the keys cannot find out by trying whose they are.
        for name in (site.client_key, f"{site.client_key}:{site.account}"):
            assert hidden_by("another key")(name).encode() not in repr(keys).encode()
            assert sha256(name.encode()).hexdigest()[:32] not in repr(keys)

    def test_when_it_dies_the_count_goes_on_in_memory_and_comes_back(
        self, site: JiraSite, server: fakeredis.FakeServer
    ) -> None:
        assert statuses(site, "/probe/call", 6, "POST")[-1] == 429
        server.connected = False
        assert statuses(site, "/probe/call", 7, "POST") == [200] * 5 + [429] * 2
        server.connected = True
        assert statuses(site, "/probe/call", 1) == [200]


def test_the_counts_of_all_processes_are_one(valkey: Valkey) -> None:
    one, other = (
        SharedCounts(shared=ServerCounts(CacheServer(connect(valkey.url), start=lambda _: None)))
        for _ in range(2)
    )
    assert [one.incr("key", 60), other.incr("key", 60, 2), one.incr("key", 60)] == [1, 3, 4]
    assert (one.get("key"), other.get("key"), one.get("another")) == (4, 4, 0)
    assert 59 < one.get_expiry("key") - time() <= 60
    valkey.stop()
    assert [one.incr("key", 60), one.incr("key", 60), other.incr("key", 60)] == [1, 2, 1]
    assert one.get("key") == 2
    assert 59 < one.get_expiry("key") - time() <= 60


def test_what_a_route_takes_is_all_it_reads(site: JiraSite) -> None:
    headers = bearing(site.context_token())
    assert site.client.post("/probe/small", data=b"x" * 100, headers=headers).text == "100"
    refused = site.client.post("/probe/small", data=b"x" * 101, headers=headers)
    assert refused.status_code == 413
    assert "more than can be sent at once" in refused.text


def test_every_route_bounds_what_it_takes(app: Flask) -> None:
    files = {"/configure/transfer/preview", "/configure/transfer/import"}
    calendar = "/suggestions/calendar-file"
    events = {"/connect/webhook/worklog", "/connect/webhook/issue"}
    special = {*files, *events, calendar}
    ordinary = {route.declared.largest for route in routes_of(app) if route.rule not in special}
    assert {route.declared.largest for route in routes_of(app) if route.rule in events} == {LARGEST_EVENT}
    assert ordinary <= {64 * 1024, LARGEST_BODY, 100}
    larger = {route.rule: route.declared.largest for route in routes_of(app) if route.rule in files}
    assert larger == dict.fromkeys(files, LARGEST_BODY + LARGEST_UPLOAD)
    lifecycle = [
        route
        for route in routes_of(app)
        if route.rule.startswith("/connect/") and "webhook/" not in route.rule
    ]
    assert {route.declared.largest for route in lifecycle} == {64 * 1024}


def test_a_verified_body_is_bounded(site: JiraSite) -> None:
    body = {"data": b'{"clientKey":"' + b"x" * 64 * 1024 + b'"}', "content_type": "application/json"}
    headers = bearing(site.lifecycle_token("/connect/installed"))
    assert site.client.post("/connect/installed", **body, headers=headers).status_code == 413
    assert site.client.post("/connect/installed", **body).status_code == 401
    form, call = {"x": "y" * LARGEST_BODY}, bearing(site.session_token())
    assert site.client.post("/probe/call", data=form, headers=call).status_code == 413
    assert site.client.post("/probe/call", data=form).status_code == 401


@pytest.mark.parametrize("packed_as", ["gzip", "br", "deflate", "zstd", "gzip, identity", "x"])
def test_what_is_packed_is_not_unpacked(site: JiraSite, packed_as: str) -> None:
    headers = bearing(site.context_token()) | {"Content-Encoding": packed_as}
    bomb = gzip.compress(b"0" * 10_000_000)
    assert site.client.post("/probe/call", data=bomb, headers=headers).status_code == 415


@pytest.mark.parametrize("count", [1000, 1001])
def test_a_form_has_so_many_parts_and_no_more(site: JiraSite, count: int) -> None:
    fields = {f"field-{number}": "x" for number in range(count)}
    headers = bearing(site.context_token())
    answer = site.client.post("/probe/call", data=fields, content_type="multipart/form-data", headers=headers)
    assert answer.status_code == (200 if count == 1000 else 413)
