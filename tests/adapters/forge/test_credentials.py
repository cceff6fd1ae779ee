"""Tokens for Jira: cached encrypted until shortly before they expire, or requested in a person's name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, repeat
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
import responses
from cryptography.fernet import Fernet

from tests.web.support.forge_site import access_token
from tests.web.support.signing import NOW, SettableClock
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.forge.credentials import NO_APP, ForgeCredentials, expiry_of
from timesheet.adapters.http import session as outgoing
from timesheet.adapters.http.sign_in_server import BUSY, INACTIVE, UNUSABLE
from timesheet.domain.errors import JiraBusy, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.site import INSTALLED, Site

API = "https://api.atlassian.com"
SITE = Site(
    "key", "https://a.atlassian.net", "https://a.atlassian.net", INSTALLED, None, 0,
    cloud_id="cloud", opened_by="one", api_url=f"{API}/ex/jira/cloud",
)  # fmt: skip
NOW_SECONDS = int(NOW.timestamp())
HOURS = 3600


class Stored:
    """The app's tokens by site, as the database keeps them."""

    def __init__(self) -> None:
        self.tokens: dict[str, tuple[str, int]] = {}
        self.writes = 0

    def read(self, site: str) -> tuple[str, int] | None:
        return self.tokens.get(site)

    def write(self, site: str, sealed: str, expires: int) -> None:
        self.tokens[site] = (sealed, expires)
        self.writes += 1

    def delete(self, site: str) -> None:
        self.tokens.pop(site, None)


class Scene:
    """The credentials of one process; ``restart`` gives those of another with the same database."""

    def __init__(self) -> None:
        self.clock, self.stored = SettableClock(), Stored()
        self.box = SecretBox([Fernet.generate_key().decode()])
        self.restart()

    def restart(self) -> None:
        self.cache = MemoryCache(now=lambda: self.clock().timestamp())
        self.credentials = ForgeCredentials(
            requests.Session(), API, self.cache, self.clock, self.box, self.stored
        )

    def bearer(self, account_id: str | None) -> str:
        credentials = self.credentials
        person = credentials.person(SITE, account_id) if account_id else credentials.app(SITE)
        return person.authorization().removeprefix("Bearer ")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def granted(token: str, ttl: object = 3600) -> dict[str, Any]:
    grant = {"token": token, "ttl": ttl}
    return {"data": {"offlineUserAuthToken": {"success": True, "errors": [], "authToken": grant}}}


WORKSPACE = "ari:cloud:jira:cloud:workspace/cloud"
FAILED = {"data": {"offlineUserAuthToken": {"success": False, "errors": [{"message": "no"}]}}}
UNKNOWN = {"data": {"offlineUserAuthToken": None}, "errors": [{"message": "Not an id"}]}


def refusal_of(scene: Scene, account_id: str | None) -> TimesheetError:
    with pytest.raises(TimesheetError) as refused:
        scene.bearer(account_id)
    return refused.value


@pytest.mark.parametrize("account_id", [None, "ann"])
def test_a_token_is_used_until_five_minutes_before_it_expires(scene: Scene, account_id: str | None) -> None:
    token = access_token(NOW_SECONDS + 2 * HOURS)
    scene.credentials.keep(SITE, account_id, token)
    scene.clock.move(2 * HOURS - 301)
    assert scene.bearer(account_id) == token
    scene.clock.move(1)
    assert refusal_of(scene, account_id).sentence == NO_APP


def test_it_is_known_whether_there_is_a_token_without_asking_for_one(scene: Scene) -> None:
    for who in (None, "ann"):
        assert not scene.credentials.holds(SITE, who)
        scene.credentials.keep(SITE, who, access_token(NOW_SECONDS + 2 * HOURS))
        assert scene.credentials.holds(SITE, who)
    scene.restart()
    assert [scene.credentials.holds(SITE, who) for who in (None, "ann")] == [True, False]
    scene.clock.move(2 * HOURS - 300)
    assert not scene.credentials.holds(SITE, None)


def test_each_person_and_the_app_have_their_own(scene: Scene) -> None:
    tokens = {who: access_token(NOW_SECONDS + 4 * HOURS, str(who)) for who in (None, "ann", "bob")}
    for who, token in tokens.items():
        scene.credentials.keep(SITE, who, token)
    assert {who: scene.bearer(who) for who in tokens} == tokens


def test_nothing_is_kept_in_the_clear(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[object] = []
    put = scene.cache.put

    def note(key: str, value: object, ttl: float) -> None:
        kept.append((key, value))
        put(key, value, ttl)

    monkeypatch.setattr(scene.cache, "put", note)
    tokens = [access_token(NOW_SECONDS + 4 * HOURS, name) for name in ("ann", "app")]
    scene.credentials.keep(SITE, "ann", tokens[0])
    scene.credentials.keep(SITE, None, tokens[1])
    assert len(kept) == 2
    for token in tokens:
        assert token not in repr(kept) + repr(scene.stored.tokens)
    assert "ann" not in repr(kept)
    assert tokens[0] not in repr(scene.credentials.person(SITE, "ann"))


def test_the_later_token_is_kept_and_the_same_one_is_not_sealed_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, early = (access_token(NOW_SECONDS + hours * HOURS) for hours in (4, 3))
    for token in (late, early, late):
        scene.credentials.keep(SITE, "ann", token)
    assert scene.bearer("ann") == late
    monkeypatch.setattr(scene.box, "seal", lambda _: pytest.fail("sealed again"))
    scene.credentials.keep(SITE, "ann", late)


def test_of_two_tokens_that_expire_together_the_first_is_kept(scene: Scene) -> None:
    first, second = (access_token(NOW_SECONDS + 4 * HOURS, name) for name in ("first", "second"))
    for token in (first, second):
        scene.credentials.keep(SITE, "ann", token)
    assert scene.bearer("ann") == first


@pytest.mark.parametrize(("hours", "seconds"), [(1, 3300), (4, 14_100), (5, 14_400)])
def test_a_token_is_kept_as_long_as_it_is_used_and_four_hours_at_most(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, hours: int, seconds: int
) -> None:
    kept: list[float] = []
    monkeypatch.setattr(scene.cache, "put", lambda key, value, ttl: kept.append(ttl))
    scene.credentials.keep(SITE, "ann", access_token(NOW_SECONDS + hours * HOURS))
    assert kept == [seconds]


@pytest.mark.parametrize("restart", [False, True])
def test_a_usable_token_stays_if_the_new_one_may_be_anybodys(scene: Scene, restart: bool) -> None:
    own, other = (access_token(NOW_SECONDS + hours * HOURS) for hours in (2, 4))
    scene.credentials.keep(SITE, None, own, replaces=False)
    if restart:
        scene.restart()
    scene.credentials.keep(SITE, None, other, replaces=False)
    assert scene.bearer(None) == own
    scene.clock.move(2 * HOURS - 300)
    scene.credentials.keep(SITE, None, other, replaces=False)
    assert scene.bearer(None) == other


def test_a_token_that_expired_while_the_clock_of_the_cache_stopped_is_replaced(scene: Scene) -> None:
    cache = MemoryCache(now=lambda: 0.0)
    scene.credentials = ForgeCredentials(requests.Session(), API, cache, scene.clock, scene.box, scene.stored)
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    scene.clock.move(5 * HOURS)
    later = access_token(NOW_SECONDS + 9 * HOURS)
    scene.credentials.keep(SITE, None, later, replaces=False)
    assert scene.bearer(None) == later


def test_no_token_counts_for_ten_minutes_after_jira_refused_the_one_of_the_app(scene: Scene) -> None:
    for who in (None, "ann"):
        scene.credentials.keep(SITE, who, access_token(NOW_SECONDS + 4 * HOURS))
    scene.credentials.app(SITE).refused()
    scene.clock.move(599)
    assert not any(scene.credentials.holds(SITE, who) for who in (None, "ann"))
    scene.clock.move(1)
    assert all(scene.credentials.holds(SITE, who) for who in (None, "ann"))


def test_a_refused_request_for_a_token_refuses_the_one_of_the_app(scene: Scene) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    with responses.RequestsMock() as atlassian:
        atlassian.post(f"{API}/graphql", status=401)
        assert refusal_of(scene, "ann").sentence == NO_APP
    assert not scene.credentials.holds(SITE, None)


def test_a_page_brings_another_token_after_jira_refused_the_one_of_the_app(scene: Scene) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 3 * HOURS))
    scene.credentials.app(SITE).refused()
    later = access_token(NOW_SECONDS + 4 * HOURS)
    scene.credentials.keep(SITE, None, later, replaces=False)
    assert scene.bearer(None) == later


def test_a_later_token_replaces_the_stored_one_after_a_restart(scene: Scene) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 2 * HOURS))
    scene.restart()
    later = access_token(NOW_SECONDS + 3 * HOURS)
    scene.credentials.keep(SITE, None, later)
    assert scene.bearer(None) == later


def test_no_token_is_stored_for_longer_than_atlassian_makes_them(scene: Scene) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 9000 * HOURS))
    assert scene.stored.tokens[SITE.key][1] == NOW_SECONDS + 4 * HOURS + 300


def test_the_apps_token_is_there_after_a_restart_and_is_written_rarely(scene: Scene) -> None:
    for seconds, writes in ((0, 1), (600, 1), (601, 2)):
        last = access_token(NOW_SECONDS + 3 * HOURS - 601 + seconds)
        scene.credentials.keep(SITE, None, last)
        assert scene.stored.writes == writes
    scene.restart()
    assert scene.bearer(None) == last
    scene.clock.move(3 * HOURS - 300)
    assert refusal_of(scene, None).sentence == NO_APP


def test_the_stored_token_is_renewed_even_if_each_delivered_one_is_little_newer(scene: Scene) -> None:
    for minutes in range(0, 61, 5):
        scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + HOURS + minutes * 60))
    assert scene.stored.tokens[SITE.key][1] == NOW_SECONDS + 2 * HOURS
    assert scene.stored.writes == 5


def test_a_token_whose_transaction_was_rolled_back_is_written_by_the_next_call(scene: Scene) -> None:
    token = access_token(NOW_SECONDS + 2 * HOURS)
    scene.credentials.keep(SITE, None, token)
    scene.stored.tokens.clear()
    for _ in range(3):
        scene.credentials.keep(SITE, None, token)
    assert scene.stored.writes == 2
    scene.restart()
    assert scene.bearer(None) == token


def test_a_token_that_no_key_opens_counts_as_none(scene: Scene) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 2 * HOURS))
    scene.box = SecretBox([Fernet.generate_key().decode()])
    scene.restart()
    assert refusal_of(scene, None).sentence == NO_APP


def test_an_uninstalled_site_has_no_token(scene: Scene) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 2 * HOURS))
    scene.credentials.forget(SITE)
    assert isinstance(refusal_of(scene, None), NotAllowed)
    assert scene.stored.tokens == {}


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b",
        "a.b.c",
        "é.é.é",
        "..",
        access_token(NOW_SECONDS + 300),
        access_token(0),
        "a." + "e30" + ".c",
        access_token(NOW_SECONDS + 4 * HOURS) + "\n",
        access_token(NOW_SECONDS + 4 * HOURS) + "é",
        "x" * 40_000,
    ],
    ids=lambda token: token[:20],
)
def test_what_is_not_a_lasting_token_is_not_kept(scene: Scene, token: str) -> None:
    scene.credentials.keep(SITE, None, token)
    assert scene.stored.tokens == {}
    assert refusal_of(scene, None).sentence == NO_APP


@pytest.mark.parametrize("value", [True, "soon", None, -1, 0, [1], 253_402_300_800, "9" * 400])
def test_an_odd_expiry_is_none(value: Any) -> None:
    assert expiry_of(access_token(value)) == 0
    latest = 253_402_300_799
    assert [expiry_of(access_token(seconds)) for seconds in (1, 1.5, "2", latest)] == [1, 1, 2, latest]
    assert datetime.fromtimestamp(latest, UTC).year == 9999, "it can be stored as a date"


def test_an_offline_token_is_requested_once(scene: Scene, server: responses.RequestsMock) -> None:
    app, offline = access_token(NOW_SECONDS + 4 * HOURS, "app"), access_token(NOW_SECONDS + HOURS, "offline")
    scene.credentials.keep(SITE, None, app)
    server.post(f"{API}/graphql", json=granted(offline))
    assert [scene.bearer("ann"), scene.bearer("ann")] == [offline, offline]
    [call] = server.calls
    assert call.request.headers["Authorization"] == f"Bearer {app}"
    sent = json.loads(cast(bytes, call.request.body))
    assert sent["variables"] == {"input": {"contextIds": [WORKSPACE], "userId": "ann"}}
    assert "offlineUserAuthToken(input: $input)" in sent["query"]
    limits = {"timeout": (3, 10), "stream": True}
    assert {name: cast(Any, call.request).req_kwargs[name] for name in limits} == limits


@pytest.mark.parametrize("answer", [FAILED, UNKNOWN], ids=["refused", "unknown"])
def test_a_site_that_atlassian_knows_by_its_other_name_is_found(
    scene: Scene, server: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    server.post(f"{API}/graphql", json=answer)
    server.post(f"{API}/graphql", json=granted("opaque"))
    assert scene.bearer("ann") == "opaque"
    sent = [json.loads(cast(bytes, call.request.body))["variables"]["input"] for call in server.calls]
    assert [one["contextIds"] for one in sent] == [[WORKSPACE], ["ari:cloud:jira::site/cloud"]]


@pytest.mark.parametrize("answers", [(FAILED, FAILED), (FAILED, UNKNOWN), (UNKNOWN, FAILED)])
def test_a_person_whom_no_name_of_the_site_lets_in_is_asked_about_twice(
    scene: Scene, server: responses.RequestsMock, answers: tuple[dict[str, Any], ...]
) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    for answer in answers:
        server.post(f"{API}/graphql", json=answer)
    assert refusal_of(scene, "ann").sentence == INACTIVE
    assert len(server.calls) == 2


def test_an_opaque_token_is_kept_for_four_hours_at_most(scene: Scene, server: responses.RequestsMock) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 9 * HOURS))
    server.post(f"{API}/graphql", json=granted("opaque", 9 * HOURS))
    for seconds, calls in ((0, 1), (4 * HOURS - 301, 1), (1, 2)):
        scene.clock.move(seconds)
        assert scene.bearer("ann") == "opaque"
        assert len(server.calls) == calls


def test_whoever_waited_for_another_request_uses_its_token(
    scene: Scene, server: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = access_token(NOW_SECONDS + HOURS)

    @contextmanager
    def turn(key: str) -> Iterator[None]:
        scene.credentials.keep(SITE, "ann", token)
        yield

    monkeypatch.setattr(scene.cache, "turn", turn)
    assert scene.bearer("ann") == token
    assert not server.calls


@pytest.mark.parametrize(("seconds", "read"), [(15, True), (15.01, False)])
def test_an_answer_arrives_within_fifteen_seconds(
    scene: Scene,
    server: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    read: bool,
) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    monkeypatch.setattr(outgoing, "time", SimpleNamespace(monotonic=chain([0.0], repeat(seconds)).__next__))
    server.post(f"{API}/graphql", json=granted("opaque"))
    if read:
        assert scene.bearer("ann") == "opaque"
    else:
        assert refusal_of(scene, "ann").sentence == UNUSABLE


@pytest.mark.parametrize(("size", "read"), [(65_536, True), (65_537, False)])
def test_an_answer_of_a_limited_size_is_read(
    scene: Scene, server: responses.RequestsMock, size: int, read: bool
) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    server.post(f"{API}/graphql", body=json.dumps(granted("opaque")).ljust(size))
    if read:
        assert scene.bearer("ann") == "opaque"
    else:
        assert refusal_of(scene, "ann").sentence == UNUSABLE


@pytest.mark.parametrize("ttl", [3600, 3600.5, "3600"])
def test_an_opaque_token_is_kept_for_the_time_that_atlassian_names(
    scene: Scene, server: responses.RequestsMock, ttl: object
) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    server.post(f"{API}/graphql", json=granted("opaque", ttl))
    assert scene.bearer("ann") == "opaque"
    scene.clock.move(3600 - 301)
    assert scene.bearer("ann") == "opaque"
    assert len(server.calls) == 1
    scene.clock.move(1)
    assert scene.bearer("ann") == "opaque"
    assert len(server.calls) == 2


def test_a_token_that_jira_refuses_is_replaced(scene: Scene, server: responses.RequestsMock) -> None:
    revoked, fresh = (access_token(NOW_SECONDS + 4 * HOURS, name) for name in ("revoked", "fresh"))
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS, "app"))
    scene.credentials.keep(SITE, "ann", revoked)
    server.post(f"{API}/graphql", json=granted(fresh))
    credentials = scene.credentials.person(SITE, "ann")
    assert credentials.authorization() == f"Bearer {revoked}"
    credentials.refused()
    assert credentials.authorization() == f"Bearer {fresh}"


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        ({"json": FAILED}, NotAllowed, INACTIVE),
        ({"status": 401}, NotAllowed, NO_APP),
        ({"status": 403}, NotAllowed, NO_APP),
        ({"status": 429}, JiraBusy, BUSY),
        ({"status": 500}, JiraUnavailable, UNUSABLE),
        ({"status": 302, "headers": {"Location": "https://evil.example.com"}}, JiraUnavailable, UNUSABLE),
        ({"body": b"no JSON"}, JiraUnavailable, UNUSABLE),
        ({"body": b"x" * 70_000}, JiraUnavailable, UNUSABLE),
        ({"json": {"data": {}, "errors": [{"message": "x"}]}}, JiraUnavailable, UNUSABLE),
        ({"json": granted("x", 60)}, JiraUnavailable, UNUSABLE),
        ({"json": granted("x", "soon")}, JiraUnavailable, UNUSABLE),
        ({"json": granted("x", ttl=True)}, JiraUnavailable, UNUSABLE),
        ({"json": granted("x", -HOURS)}, JiraUnavailable, UNUSABLE),
        ({"json": granted("x\r\ny")}, JiraUnavailable, UNUSABLE),
        ({"body": requests.ConnectTimeout("slow")}, JiraUnavailable, UNUSABLE),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_refusal_is_said_plainly(
    scene: Scene, server: responses.RequestsMock, answer: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    server.post(f"{API}/graphql", **answer)
    error = refusal_of(scene, "ann")
    assert isinstance(error, kind)
    assert error.sentence == sentence
    if isinstance(error, JiraBusy):
        assert (error.retry_after, error.reason) == (5, "oauth")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_apps_token_is_sent_to_no_other_address(scene: Scene, status: int) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    with responses.RequestsMock(assert_all_requests_are_fired=False) as server:
        server.post(f"{API}/graphql", status=status, headers={"Location": "https://evil.example.com/graphql"})
        for method in ("GET", "POST"):
            server.add(method, "https://evil.example.com/graphql", json=granted("theirs"))
        error = refusal_of(scene, "ann")
        assert [call.request.url for call in server.calls] == [f"{API}/graphql"]
    assert isinstance(error, JiraUnavailable)


def test_a_server_that_stays_silent_is_left_alone(scene: Scene, server: responses.RequestsMock) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    server.post(f"{API}/graphql", body=requests.ConnectTimeout("slow"))
    errors = [refusal_of(scene, f"person-{number}") for number in range(20)]
    assert isinstance(errors[-1], JiraBusy)
    assert errors[-1].retry_after
    assert len(server.calls) < 20


def test_a_server_that_answers_in_between_is_called_again(
    scene: Scene, server: responses.RequestsMock
) -> None:
    scene.credentials.keep(SITE, None, access_token(NOW_SECONDS + 4 * HOURS))
    for number in range(20):
        server.post(f"{API}/graphql", body=requests.ConnectTimeout("slow"))
        server.post(f"{API}/graphql", json=granted("opaque"))
        assert isinstance(refusal_of(scene, f"silent-{number}"), JiraUnavailable)
        assert scene.bearer(f"person-{number}") == "opaque"


def test_calls_go_to_the_address_of_the_installation_only(scene: Scene) -> None:
    assert scene.credentials.app(SITE).base_url == f"{API}/ex/jira/cloud"
    assert scene.credentials.reporting(SITE).base_url == API
    elsewhere = Site("key", "https://a.atlassian.net", "https://a.atlassian.net", INSTALLED, None, 0)
    with pytest.raises(NotAllowed):
        _ = scene.credentials.app(elsewhere).base_url
