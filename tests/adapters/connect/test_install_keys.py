"""Atlassian's install keys: fetched once from the first server that has them, with a limit for attackers."""

from __future__ import annotations

import re
import time
from threading import Event, Thread

import pytest
import requests
import responses
from cachetools import TTLCache
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.adapters.support.jira_server import Reply, scripted_jira
from timesheet.adapters.connect import install_keys
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.http import key_server
from timesheet.domain.errors import AppBusy, JiraUnavailable, TimesheetError, Unauthenticated

FIRST, SECOND = "https://first.example.com", "https://second.example.com/keys"
KID = "11f5b43e-6a1e-4f5b-9d0e-0a6c0d5e9c11"
KEY = generate_private_key(65537, 2048).public_key()
PEM = KEY.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
EC_PEM = (
    generate_ec_key(SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)


@pytest.fixture
def keys() -> InstallKeys:
    return InstallKeys((FIRST, SECOND), requests.Session())


@pytest.mark.parametrize("failure", [404, 403, 500, 302, requests.ConnectTimeout("slow")], ids=str)
def test_the_second_server_is_requested_with_the_same_kid(
    server: responses.RequestsMock, keys: InstallKeys, failure: int | Exception
) -> None:
    if isinstance(failure, int):
        server.get(f"{FIRST}/{KID}", status=failure, headers={"Location": "https://evil.example.com"})
    else:
        server.get(f"{FIRST}/{KID}", body=failure)
    server.get(f"{SECOND}/{KID}", body=PEM)
    assert keys.public_key(KID).public_numbers() == KEY.public_numbers()
    assert keys.public_key(KID).public_numbers() == KEY.public_numbers()
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    "kid", [None, 7, b"kid", "", "-kid", "../kid", "a/b", "a?b", "a#b", "a b", "kid\n", "é", "k" * 129]
)
def test_a_kid_of_another_shape_is_never_requested(
    server: responses.RequestsMock, keys: InstallKeys, kid: object
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        keys.public_key(kid)
    assert refused.value.reason == "kid-shape"
    assert not server.calls


def test_the_longest_kid_is_requested_within_bounds(
    server: responses.RequestsMock, keys: InstallKeys
) -> None:
    server.get(f"{FIRST}/{'k' * 128}", body=PEM)
    assert keys.public_key("k" * 128).key_size == 2048
    [call] = server.calls
    assert vars(call.request)["req_kwargs"]["timeout"] == (3, 5)


@pytest.mark.parametrize(
    ("status", "known"),
    [
        (400, True),
        (403, True),
        (404, True),
        (302, False),
        (401, False),
        (402, False),
        (429, False),
        (500, False),
    ],
)
def test_only_a_server_that_says_so_does_not_know_a_kid(
    server: responses.RequestsMock, keys: InstallKeys, status: int, known: bool
) -> None:
    for address in (FIRST, SECOND):
        server.get(f"{address}/{KID}", status=status)
    with pytest.raises(TimesheetError) as refused:
        keys.public_key(KID)
    error = refused.value
    assert isinstance(error, Unauthenticated) if known else isinstance(error, JiraUnavailable)
    assert not isinstance(error, JiraUnavailable) or error.status == 503


def test_one_fetch_after_the_other_holds_up_nobody(
    server: responses.RequestsMock, keys: InstallKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("timesheet.adapters.connect.install_keys.PATIENCE", 0.01)
    for number in range(4):
        server.get(f"{FIRST}/kid-{number}", body=PEM)
        assert keys.public_key(f"kid-{number}").key_size == 2048


def test_an_unknown_kid_is_requested_once_a_minute(server: responses.RequestsMock, keys: InstallKeys) -> None:
    server.get(f"{FIRST}/{KID}", status=404)
    server.get(f"{SECOND}/{KID}", status=500)
    for _ in range(5):
        with pytest.raises(Unauthenticated) as refused:
            keys.public_key(KID)
        assert refused.value.reason == "unknown-kid"
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    "pem", [b"", b"no key", EC_PEM, b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"]
)
def test_what_is_not_an_rsa_key_is_none(
    server: responses.RequestsMock, keys: InstallKeys, pem: bytes
) -> None:
    server.get(f"{FIRST}/{KID}", body=pem)
    with pytest.raises(Unauthenticated):
        keys.public_key(KID)


def test_after_a_minute_an_unknown_kid_is_requested_again(
    server: responses.RequestsMock, keys: InstallKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[float] = [0.0]
    monkeypatch.setattr(keys, "_unknown", TTLCache(1000, keys._unknown.ttl, lambda: times[-1]))
    for address in (FIRST, SECOND):
        server.get(f"{address}/{KID}", status=404)
    for now, calls in ((0.0, 2), (59.0, 2), (60.0, 4)):
        times.append(now)
        with pytest.raises(Unauthenticated):
            keys.public_key(KID)
        assert len(server.calls) == calls


def test_what_is_remembered_has_bounds(keys: InstallKeys) -> None:
    assert (keys._keys.maxsize, keys._unknown.maxsize) == (64, 1000)


def test_a_key_of_sixteen_kilobytes_is_the_largest(server: responses.RequestsMock, keys: InstallKeys) -> None:
    for address, size in ((FIRST, 16_385), (SECOND, 16_384)):
        server.get(f"{address}/{KID}", body=PEM + b"\n" * (size - len(PEM)))
    assert keys.public_key(KID).key_size == 2048
    assert len(server.calls) == 2


def test_many_fetches_that_come_to_nothing_leave_room_for_the_next(
    server: responses.RequestsMock, keys: InstallKeys
) -> None:
    for address in (FIRST, SECOND):
        server.get(re.compile(f"{address}/.*"), status=404)
    for number in range(install_keys.MOST_AT_ONCE + 1):
        with pytest.raises(Unauthenticated):
            keys.public_key(f"kid-{number}")


def test_an_answer_takes_eight_seconds_in_all_and_the_next_try_is_due_in_ten() -> None:
    assert (key_server.WHOLE_SECONDS, install_keys.RETRY_SECONDS) == (8, 10)


def test_silence_is_not_remembered(server: responses.RequestsMock, keys: InstallKeys) -> None:
    for address in (FIRST, SECOND):
        server.get(f"{address}/{KID}", body=requests.ConnectionError("refused"))
    with pytest.raises(JiraUnavailable):
        keys.public_key(KID)
    server.replace(responses.GET, f"{FIRST}/{KID}", body=PEM)
    assert keys.public_key(KID).key_size == 2048


def test_two_slow_fetches_hold_no_third_request_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = [Event(), Event()], Event()

    class SlowSession(requests.Session):
        def get(self, url: str | bytes, **_: object) -> requests.Response:  # type: ignore[override]
            next(one for one in begun if not one.is_set()).set()
            go_on.wait(30)
            raise requests.ConnectionError(str(url))

    monkeypatch.setattr("timesheet.adapters.connect.install_keys.PATIENCE", 0.01)
    keys = InstallKeys((FIRST,), SlowSession())

    def fetch(kid: str) -> None:
        with pytest.raises(JiraUnavailable):
            keys.public_key(kid)

    threads = [Thread(target=fetch, args=(kid,)) for kid in ("kid-1", "kid-2")]
    for thread, event in zip(threads, begun, strict=True):
        thread.start()
        assert event.wait(30)
    with pytest.raises(JiraUnavailable) as refused:
        keys.public_key("kid-3")
    assert refused.value.status == 503
    go_on.set()
    for thread in threads:
        thread.join(30)


def test_only_a_few_wait_and_the_others_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timesheet.adapters.connect.install_keys.PATIENCE", 60)
    go_on, keys = Event(), InstallKeys((FIRST,), requests.Session())
    monkeypatch.setattr(keys, "_fetch", lambda _: go_on.wait(60) and None)
    outcomes: list[type[Exception]] = []

    def fetch(kid: str) -> None:
        with pytest.raises((JiraUnavailable, Unauthenticated)) as refused:
            keys.public_key(kid)
        outcomes.append(refused.type)

    threads = [Thread(target=fetch, args=(f"kid-{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 30
    while len(outcomes) < 14:
        assert time.monotonic() < end
        go_on.wait(0.005)
    assert set(outcomes) == {AppBusy}
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert outcomes[14:] == [Unauthenticated] * 6


@pytest.mark.parametrize(
    "page", [b"<html>Log in</html>", EC_PEM, b"x" * 20_000], ids=["page", "other", "huge"]
)
def test_a_server_that_answers_with_something_else_is_passed_over(
    server: responses.RequestsMock, keys: InstallKeys, page: bytes
) -> None:
    server.get(f"{FIRST}/{KID}", body=page)
    server.get(f"{SECOND}/{KID}", body=PEM)
    assert keys.public_key(KID).public_numbers() == KEY.public_numbers()


@pytest.mark.parametrize("seconds", [-1, 8])
def test_a_key_that_drips_or_breaks_off_is_not_a_key(seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_server, "WHOLE_SECONDS", seconds)
    claimed = None if seconds < 0 else len(PEM) + 9
    with scripted_jira(route=lambda _: Reply(raw=PEM, claimed=claimed)) as cut:
        fetching = InstallKeys((cut.base_url,), requests.Session())
        with pytest.raises(JiraUnavailable, match="key server did not answer"):
            fetching.public_key(KID)
