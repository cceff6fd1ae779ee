"""Atlassian's key set: one address, keys by kid, and a limit for whoever invents kids."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from itertools import chain, repeat
from threading import Event, Thread
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import responses
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.web.support.forge_site import KID, jwk, jwks
from timesheet.adapters.forge.jwks import (
    COOL_DOWN_SECONDS,
    MOST_WAITING,
    REFRESH_SECONDS,
    InvocationKeys,
    read_keys,
)
from timesheet.adapters.http import session as outgoing
from timesheet.domain.errors import JiraUnavailable, TimesheetError, Unauthenticated

ADDRESS = "https://forge.example.com/.well-known/jwks.json"
KEY = generate_private_key(65537, 2048)
NEXT = generate_private_key(65537, 2048)
SMALL = generate_private_key(65537, 1024)


class Seconds:
    """A timer that stands still until it is moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Seconds:
    return Seconds()


@pytest.fixture
def keys(timer: Seconds) -> InvocationKeys:
    return InvocationKeys(ADDRESS, requests.Session(), timer)


def reason_of(keys: InvocationKeys, kid: object) -> str:
    with pytest.raises(TimesheetError) as refused:
        keys.public_key(kid)
    return (
        refused.value.reason if isinstance(refused.value, Unauthenticated) else type(refused.value).__name__
    )


def test_a_key_is_fetched_once(server: responses.RequestsMock, keys: InvocationKeys) -> None:
    server.get(ADDRESS, json=jwks({KID: KEY}))
    for _ in range(3):
        assert keys.public_key(KID).public_numbers() == KEY.public_key().public_numbers()
    [call] = server.calls
    limits = {"timeout": (3, 5), "stream": True}
    assert {name: vars(call.request)["req_kwargs"][name] for name in limits} == limits


@pytest.mark.parametrize(("seconds", "read"), [(8, True), (8.01, False)])
def test_a_set_arrives_within_eight_seconds(
    server: responses.RequestsMock,
    keys: InvocationKeys,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    read: bool,
) -> None:
    monkeypatch.setattr(outgoing, "time", SimpleNamespace(monotonic=chain([0.0], repeat(seconds)).__next__))
    server.get(ADDRESS, json=jwks({KID: KEY}))
    assert reason_of(keys, "other") == ("unknown-kid" if read else "JiraUnavailable")


@pytest.mark.parametrize("kid", [None, 7, [KID], b"kid", "", "é", "k\n", "k" * 256, {"kid": KID}], ids=repr)
def test_what_is_not_a_kid_is_never_looked_for(
    server: responses.RequestsMock, keys: InvocationKeys, kid: object
) -> None:
    assert reason_of(keys, kid) == "kid-shape"
    assert not server.calls


@pytest.mark.parametrize(
    "kid",
    ["../jwks", "forge/invocation-token/wf-x", "https://evil.example.com/k", "?a=b", "#", "k", "k" * 255],
)
def test_a_kid_is_not_a_part_of_an_address(
    server: responses.RequestsMock, keys: InvocationKeys, kid: str
) -> None:
    server.get(ADDRESS, json=jwks({KID: KEY}))
    assert reason_of(keys, kid) == "unknown-kid"
    assert [call.request.url for call in server.calls] == [ADDRESS]


def test_an_unknown_kid_fetches_once_in_a_cool_down(
    server: responses.RequestsMock, keys: InvocationKeys, timer: Seconds
) -> None:
    server.get(ADDRESS, json=jwks({KID: KEY}))
    keys.public_key(KID)
    timer.now += COOL_DOWN_SECONDS
    for number in range(100):
        assert reason_of(keys, f"kid-{number}") == "unknown-kid"
    assert len(server.calls) == 2
    timer.now += COOL_DOWN_SECONDS - 0.01
    assert reason_of(keys, "kid") == "unknown-kid"
    assert len(server.calls) == 2
    timer.now += 0.01
    assert reason_of(keys, "kid") == "unknown-kid"
    assert len(server.calls) == 3


def test_a_rotation_soon_after_another_or_a_start_is_noticed_within_two_seconds(
    server: responses.RequestsMock, keys: InvocationKeys, timer: Seconds
) -> None:
    for kid, key in ((KID, KEY), ("new", NEXT), ("newer", KEY)):
        server.upsert("GET", ADDRESS, json=jwks({kid: key}))
        assert keys.public_key(kid).public_numbers() == key.public_key().public_numbers()
        fetches = len(server.calls)
        assert {reason_of(keys, f"kid-{number}") for number in range(100)} == {"unknown-kid"}
        assert len(server.calls) == fetches
        timer.now += 2
    for _ in range(29):
        assert reason_of(keys, "invented") == "unknown-kid"
        timer.now += 1
    assert len(server.calls) == fetches + 1


def test_a_new_key_is_found_after_a_rotation_and_the_old_one_is_trusted_no_longer(
    server: responses.RequestsMock, keys: InvocationKeys, timer: Seconds
) -> None:
    server.get(ADDRESS, json=jwks({KID: KEY}))
    keys.public_key(KID)
    timer.now += COOL_DOWN_SECONDS
    server.replace("GET", ADDRESS, json=jwks({"new": NEXT}))
    assert keys.public_key("new").public_numbers() == NEXT.public_key().public_numbers()
    assert reason_of(keys, KID) == "unknown-kid"


def test_a_set_is_used_for_an_hour_without_another_fetch(
    server: responses.RequestsMock, keys: InvocationKeys, timer: Seconds
) -> None:
    timer.now += 10 * REFRESH_SECONDS
    server.get(ADDRESS, json=jwks({KID: KEY}))
    keys.public_key(KID)
    timer.now += REFRESH_SECONDS
    keys.public_key(KID)
    assert len(server.calls) == 1
    timer.now += 0.01
    keys.public_key(KID)
    assert len(server.calls) == 2


def test_keys_are_fetched_from_no_other_address(keys: InvocationKeys) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as server:
        server.get(ADDRESS, status=302, headers={"Location": "https://evil.example.com/keys"})
        server.get("https://evil.example.com/keys", json=jwks({KID: KEY}))
        with pytest.raises(JiraUnavailable):
            keys.public_key(KID)
        assert [call.request.url for call in server.calls] == [ADDRESS]


def test_an_old_set_is_fetched_again_and_stays_in_use_while_the_server_is_silent(
    server: responses.RequestsMock, keys: InvocationKeys, timer: Seconds
) -> None:
    server.get(ADDRESS, json=jwks({KID: KEY}))
    keys.public_key(KID)
    timer.now += REFRESH_SECONDS + 0.01
    server.replace("GET", ADDRESS, status=500)
    keys.public_key(KID)
    keys.public_key(KID)
    assert len(server.calls) == 2
    timer.now += COOL_DOWN_SECONDS
    server.replace("GET", ADDRESS, json=jwks({"new": NEXT}))
    assert reason_of(keys, KID) == "unknown-kid"


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"status": 404},
        {"status": 302, "headers": {"Location": "https://evil.example.com"}},
        {"body": requests.ConnectTimeout("slow")},
        {"body": b"no JSON"},
        {"body": b"[]"},
        {"json": {"keys": "x"}},
        {"json": {"keys": []}},
        {"body": json.dumps(jwks({KID: KEY})).ljust(262_145)},
    ],
    ids=lambda answer: repr(answer)[:40],
)
def test_a_server_without_keys_says_nothing_about_a_kid(
    server: responses.RequestsMock, keys: InvocationKeys, answer: dict[str, Any]
) -> None:
    server.get(ADDRESS, **answer)
    assert reason_of(keys, KID) == "JiraUnavailable"
    assert reason_of(keys, KID) == "JiraUnavailable"
    assert len(server.calls) == 1


def test_a_silent_server_is_a_503(server: responses.RequestsMock, keys: InvocationKeys) -> None:
    server.get(ADDRESS, status=500)
    with pytest.raises(JiraUnavailable) as refused:
        keys.public_key(KID)
    assert refused.value.status == 503


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "EC"},
        {"kty": "oct", "k": "AAAA"},
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"kid": None},
        {"kid": 7},
        {"n": None},
        {"n": 7},
        {"n": "***"},
        {"n": "é"},
        {"n": ""},
        {"e": ""},
        {"e": "Ag=="},
        {"n": "A" * 12_000},
    ],
    ids=lambda change: repr(change)[:40],
)
def test_an_entry_of_another_kind_is_left_out(change: dict[str, Any]) -> None:
    good = jwk("good", NEXT)
    read = read_keys(json.dumps({"keys": [jwk(KID, KEY) | change, good, 7]}).encode())
    assert list(read) == ["good"]


@pytest.mark.parametrize("answer", [b"", b"no JSON", b"[]", b"{}", b'{"keys": "x"}'])
def test_an_answer_of_another_form_has_no_keys(answer: bytes) -> None:
    assert read_keys(answer) == {}


def test_a_small_key_is_left_out() -> None:
    assert read_keys(json.dumps(jwks({KID: SMALL})).encode()) == {}


@pytest.mark.parametrize(("bits", "read"), [(2047, False), (2048, True), (8192, True), (8193, False)])
def test_a_key_has_2048_to_8192_bits(bits: int, read: bool) -> None:
    modulus = (1 << bits - 1 | 1).to_bytes(bits // 8 + 1, "big")
    entry = jwk(KID, KEY) | {"n": urlsafe_b64encode(modulus).decode()}
    assert bool(read_keys(json.dumps({"keys": [entry]}).encode())) == read


def test_of_a_set_a_hundred_keys_are_read() -> None:
    entries = [jwk(str(number), KEY) for number in range(101)]
    assert list(read_keys(json.dumps({"keys": entries}).encode())) == [str(number) for number in range(100)]


def test_a_set_of_the_largest_size_is_read(server: responses.RequestsMock, keys: InvocationKeys) -> None:
    server.get(ADDRESS, body=json.dumps(jwks({KID: KEY})).ljust(262_144))
    assert keys.public_key(KID).key_size == 2048


@pytest.mark.parametrize("form", [str, lambda text: text.rstrip("=")], ids=["padded", "bare"])
def test_numbers_are_read_with_and_without_padding(form: Any) -> None:
    entry = jwk(KID, KEY)
    assert entry["n"].endswith("=")
    entry |= {"n": form(entry["n"]), "e": form(entry["e"]), "more": "x"}
    for name in ("alg", "use"):
        reduced = {key: value for key, value in entry.items() if key != name}
        read = read_keys(json.dumps({"keys": [reduced]}).encode())
        assert read[KID].public_numbers() == KEY.public_key().public_numbers()


def test_ten_callers_cause_one_fetch_and_a_known_key_waits_for_none(timer: Seconds) -> None:
    began, answer = Event(), Event()
    fetches: list[str] = []

    class Slow(InvocationKeys):
        def _fetch(self) -> Any:
            fetches.append("")
            began.set()
            assert answer.wait(30)
            return read_keys(json.dumps(jwks({KID: KEY})).encode())

    keys = Slow(ADDRESS, requests.Session(), timer)
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(keys.public_key(KID))) for _ in range(10)]
    for thread in threads:
        thread.start()
    assert began.wait(30)
    answer.set()
    for thread in threads:
        thread.join(30)
    assert (len(found), len(fetches)) == (10, 1)
    timer.now += REFRESH_SECONDS + 1
    began.clear()
    answer.clear()
    waiting = Thread(target=keys.public_key, args=(KID,))
    waiting.start()
    assert began.wait(30)
    assert keys.public_key(KID) is found[0]
    answer.set()
    waiting.join(30)


def test_half_of_the_threads_may_wait_and_the_others_go_at_once(
    keys: InvocationKeys, timer: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.adapters.forge.jwks.PATIENCE", 60.0)
    answer = Event()
    monkeypatch.setattr(keys, "_fetch", lambda: answer.wait(60) and read_keys(b""))
    outcomes: list[str] = []
    threads = [
        Thread(target=lambda: outcomes.append(reason_of(keys, "invented"))) for _ in range(MOST_WAITING + 5)
    ]
    for thread in threads:
        thread.start()
    end = monotonic() + 30
    while len(outcomes) < 5:
        assert monotonic() < end
        answer.wait(0.005)
    answer.set()
    for thread in threads:
        thread.join(30)
    assert outcomes == ["JiraUnavailable"] * (MOST_WAITING + 5)
    timer.now += COOL_DOWN_SECONDS
    monkeypatch.setattr(keys, "_fetch", lambda: {KID: KEY.public_key()})
    assert keys.public_key(KID) == KEY.public_key()
