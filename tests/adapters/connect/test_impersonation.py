"""Acting as a person: the grant, how long it is cached, and the messages for refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
import requests
import responses
from jwt.types import Options

from tests.adapters.support.jira_server import Reply, scripted_jira
from timesheet.adapters.cache.memory import MemoryCache
from timesheet.adapters.connect.app_token import app_authorization
from timesheet.adapters.connect.impersonation import Impersonation, PersonCredentials
from timesheet.adapters.connect.qsh import request_hash
from timesheet.adapters.http import sign_in_server
from timesheet.domain.errors import JiraBusy, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.site import INSTALLED, Site
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.site.authentication import NOT_INSTALLED

SERVER = "https://oauth.example.com"
SECRET = "a shared secret of more than thirty-two bytes"
SITE = Site(
    "site", "https://acme.atlassian.net", "https://acme.atlassian.net", INSTALLED, SECRET, 1, "client"
)
GRANTED = {"access_token": "token-1", "expires_in": 900, "token_type": "Bearer"}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def impersonation(clock: Clock) -> Impersonation:
    return Impersonation(requests.Session(), SERVER, MemoryCache(), clock)


@pytest.fixture
def person(impersonation: Impersonation) -> PersonCredentials:
    return impersonation.credentials(SITE, "5b10:a")


def grant(server: responses.RequestsMock, status: int = 200, body: Any = GRANTED, **headers: str) -> None:
    server.post(f"{SERVER}/oauth2/token", status=status, json=body, headers=headers)


def decoded(token: str, audience: str) -> dict[str, Any]:
    """Return the claims of a token as another library reads them, with the signature checked and at any time."""
    timeless: Options = {"verify_exp": False, "verify_iat": False}
    claims: dict[str, Any] = jwt.decode(
        token, SECRET, algorithms=["HS256"], audience=audience, options=timeless
    )
    return claims


def test_the_grant_is_requested_as_the_contract_says(
    server: responses.RequestsMock, person: PersonCredentials, clock: Clock
) -> None:
    grant(server)
    assert person.base_url == "https://acme.atlassian.net"
    assert person.authorization() == "Bearer token-1"
    sent = server.calls[0].request
    assert sent.headers["Accept"] == "application/json"
    form = {name: values[0] for name, values in parse_qs(str(sent.body)).items()}
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert form["scope"] == "ACT_AS_USER DELETE READ WRITE"
    now = int(clock().timestamp())
    claims = decoded(form["assertion"], audience=SERVER)
    assert claims == {
        "iss": "urn:atlassian:connect:clientid:client",
        "sub": "urn:atlassian:connect:useraccountid:5b10:a",
        "tnt": "https://acme.atlassian.net",
        "aud": SERVER,
        "iat": now,
        "exp": now + 60,
    }


def test_the_grant_is_waited_for_within_bounds_and_followed_nowhere_else(
    server: responses.RequestsMock, person: PersonCredentials
) -> None:
    grant(server)
    person.authorization()
    sent = vars(server.calls[0].request)["req_kwargs"]
    assert (sent["timeout"], sent["stream"]) == ((3, 10), True)
    assert (sign_in_server.WHOLE_SECONDS, sign_in_server.LARGEST_ANSWER) == (15, 64 * 1024)
    server.reset()
    person.refused()
    server.post(f"{SERVER}/oauth2/token", status=307, headers={"Location": f"{SERVER}/elsewhere"})
    with pytest.raises(JiraUnavailable):
        person.authorization()
    assert len(server.calls) == 1


def test_a_time_may_be_written_as_a_text(
    server: responses.RequestsMock, person: PersonCredentials, clock: Clock
) -> None:
    grant(server, body=GRANTED | {"expires_in": "900"})
    assert person.authorization() == person.authorization() == "Bearer token-1"
    clock.now += timedelta(seconds=890)
    grant(server, body=GRANTED | {"access_token": "token-2"})
    assert person.authorization() == "Bearer token-2"


def test_a_token_that_has_expired_on_arrival_is_requested_twice(
    server: responses.RequestsMock, person: PersonCredentials
) -> None:
    grant(server, body=GRANTED | {"expires_in": 1})
    with pytest.raises(JiraUnavailable):
        person.authorization()
    assert len(server.calls) == 2


def test_a_server_that_answers_between_is_not_silent(
    impersonation: Impersonation, server: responses.RequestsMock
) -> None:
    for number in range(2 * 3):
        server.reset()
        if number % 3 == 2:
            grant(server)
            impersonation.credentials(SITE, f"person-{number}").authorization()
            continue
        server.post(f"{SERVER}/oauth2/token", body=requests.ReadTimeout())
        with pytest.raises(JiraUnavailable):
            impersonation.credentials(SITE, f"person-{number}").authorization()


def test_a_token_is_kept_until_shortly_before_it_ends(
    server: responses.RequestsMock, person: PersonCredentials, clock: Clock
) -> None:
    grant(server)
    person.authorization()
    clock.now += timedelta(seconds=884)
    assert person.authorization() == "Bearer token-1"
    assert len(server.calls) == 1
    grant(server, body=GRANTED | {"access_token": "token-2"})
    clock.now += timedelta(seconds=1)
    assert person.authorization() == "Bearer token-2"


def test_a_refused_token_is_fetched_anew(server: responses.RequestsMock, person: PersonCredentials) -> None:
    grant(server)
    person.authorization()
    person.refused()
    person.authorization()
    assert len(server.calls) == 2


def test_nobody_gets_the_token_of_somebody_else(
    server: responses.RequestsMock, impersonation: Impersonation
) -> None:
    grant(server)
    impersonation.credentials(SITE, "5b10:a").authorization()
    impersonation.credentials(SITE, "5b10:b").authorization()
    impersonation.credentials(replace(SITE, key="other"), "5b10:a").authorization()
    impersonation.credentials(replace(SITE, secret_version=2), "5b10:a").authorization()
    assert len(server.calls) == 4


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"error": "invalid_grant"}, NotAllowed, "inactive or has no access"),
        (401, {"error": "invalid_client"}, NotAllowed, "no longer installed"),
        (400, {"error": "unauthorized_client"}, NotAllowed, "no longer installed"),
        (403, {}, NotAllowed, "inactive or has no access"),
        (400, [], NotAllowed, "inactive or has no access"),
        (500, {}, JiraUnavailable, "no usable answer"),
        (302, {}, JiraUnavailable, "no usable answer"),
        (200, {}, JiraUnavailable, "no usable answer"),
        (200, [1], JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "expires_in": "15 minutes"}, JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "expires_in": "٩٠٠"}, JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "expires_in": 5}, JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "expires_in": -1}, JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "expires_in": 10**9}, JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "token_type": "mac"}, JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "access_token": "a\r\nX: y"}, JiraUnavailable, "no usable answer"),
        (200, {**GRANTED, "access_token": None}, JiraUnavailable, "no usable answer"),
    ],
    ids=str,
)
def test_each_refusal_is_said_plainly(
    server: responses.RequestsMock,
    person: PersonCredentials,
    status: int,
    body: Any,
    error: type[TimesheetError],
    words: str,
) -> None:
    grant(server, status, body)
    with pytest.raises(error) as refused:
        person.authorization()
    assert type(refused.value) is error
    assert words in refused.value.sentence


@pytest.mark.parametrize(("status", "body"), [(400, {"error": "invalid_grant"}), (401, {})])
def test_a_wrong_clock_of_this_machine_is_named(
    server: responses.RequestsMock, person: PersonCredentials, status: int, body: Any
) -> None:
    grant(server, status, body, Date="Mon, 30 Nov 2026 14:00:00 GMT")
    with pytest.raises(JiraUnavailable, match="clock of the server on which Timesheet runs is wrong"):
        person.authorization()


def test_patience_is_passed_on(server: responses.RequestsMock, person: PersonCredentials) -> None:
    grant(server, 429, {}, **{"Retry-After": "12"})
    with pytest.raises(JiraBusy) as busy:
        person.authorization()
    assert busy.value.retry_after == 12


def test_a_silent_server_is_not_jira_saying_no(
    server: responses.RequestsMock, person: PersonCredentials
) -> None:
    server.post(f"{SERVER}/oauth2/token", body=requests.ConnectionError("refused"))
    with pytest.raises(JiraUnavailable):
        person.authorization()


def test_without_a_client_id_or_a_secret_nothing_is_sent(impersonation: Impersonation) -> None:
    with pytest.raises(NotAllowed, match="without the right to act for people"):
        impersonation.credentials(replace(SITE, oauth_client_id=None), "5b10:a").authorization()
    # Jira says nothing of it: perhaps no key decrypts the secret.
    with pytest.raises(NotAllowed) as refused:
        impersonation.credentials(replace(SITE, secret=None), "5b10:a").authorization()
    assert refused.value.sentence == NOT_INSTALLED


def test_secrets_do_not_show_in_a_repr(person: PersonCredentials) -> None:
    assert SECRET not in repr(SITE)
    assert SECRET not in repr(person)


def test_the_app_speaks_for_itself_with_a_hashed_request(clock: Clock) -> None:
    request = SignedRequest("GET", "/rest/atlassian-connect/1/addons/open-timesheet", "")
    header = app_authorization(SITE, "open-timesheet", request, clock())
    claims = decoded(header.removeprefix("JWT "), audience="site")
    assert claims["qsh"] == request_hash(request)
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("open-timesheet", 180)
    with pytest.raises(NotAllowed):
        app_authorization(replace(SITE, secret=None), "open-timesheet", request, clock())


def test_a_server_that_is_silent_is_left_alone_for_a_moment(
    impersonation: Impersonation, server: responses.RequestsMock
) -> None:
    server.post(f"{SERVER}/oauth2/token", body=requests.ReadTimeout())
    people = [impersonation.credentials(SITE, f"person-{number}") for number in range(5)]
    for person in people[:3]:
        with pytest.raises(JiraUnavailable, match="no usable answer"):
            person.authorization()
    with pytest.raises(JiraBusy, match="no usable answer") as refused:
        people[3].authorization()
    assert 0 < refused.value.retry_after <= 5
    assert len(server.calls) == 3


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (Reply(json=GRANTED, claimed=999), 15),
        (Reply(json=GRANTED), -1),
        (Reply(json={"access_token": "x" * 70_000}), 15),
        (Reply(cut=True), 15),
        (Reply(raw=b"<html>Log in</html>"), 15),
        (Reply(302, headers={"Location": "http://127.0.0.1:9/"}), 15),
        (Reply(raw=b"no gzip", headers={"Content-Encoding": "gzip"}), 15),
    ],
    ids=["breaks-off", "drips", "huge", "cut", "page", "redirect", "not-packed"],
)
def test_a_server_that_fails_in_the_middle_is_said_to_be_silent(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, reply: Reply, seconds: int
) -> None:
    monkeypatch.setattr(sign_in_server, "WHOLE_SECONDS", seconds)
    with scripted_jira(route=lambda _: reply) as failing:
        silent = Impersonation(requests.Session(), failing.base_url, MemoryCache(), clock)
        with pytest.raises(JiraUnavailable, match="no usable answer"):
            silent.credentials(SITE, "5b10:a").authorization()


@pytest.mark.parametrize(
    ("header", "retry_after"),
    [
        ("7", 7),
        ("0", 1),
        ("²", 5),
        ("", 5),
        ("9999", 9999),
        ("10000", 5),
        ("9" * 5000, 5),
        ("-3", 5),
        ("soon", 5),
    ],
)
def test_a_busy_server_is_given_the_break_it_asks_for_if_that_is_one(
    clock: Clock, header: str, retry_after: int
) -> None:
    headers = {"Retry-After": header}
    with responses.RequestsMock() as mock:
        mock.post(f"{SERVER}/oauth2/token", status=429, headers=headers)
        busy = Impersonation(requests.Session(), SERVER, MemoryCache(), clock)
        with pytest.raises(JiraBusy) as refused:
            busy.credentials(SITE, "5b10:a").authorization()
    assert refused.value.retry_after == retry_after
