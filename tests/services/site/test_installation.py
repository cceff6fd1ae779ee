"""The rules of an installation, decided from claims; the routes' tests cover the protocol itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, cast

import pytest

from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin
from timesheet.domain.errors import Conflict, InvalidInput, Unauthenticated
from timesheet.domain.site import DISABLED, INSTALLED, UNINSTALLED, HostRule, Site
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.authentication import (
    Claims,
    Installation,
    LifecycleCall,
    Received,
    SignedRequest,
    Token,
)
from timesheet.services.site.installation import (
    InstallAuthenticator,
    authenticate_install,
    enable_opened_site,
    erase_expired_sites,
    erase_site,
    install_site,
    rotate_secrets,
    switch_site,
    uninstall_site,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REQUEST = SignedRequest("POST", "/connect/installed", "")
SENT = NOW - timedelta(seconds=2)
CLAIMS = Claims(
    "acme",
    int(SENT.timestamp()),
    int(SENT.timestamp()) + 180,
    qsh="the hash",
    audience=("https://timesheet.example.com/", "more"),
    digest="of the token",
)
BODY: dict[str, Any] = {
    "key": "open-timesheet",
    "clientKey": "acme",
    "baseUrl": "https://acme.atlassian.net/",
    "displayUrl": "https://jira.acme.example",
    "sharedSecret": "a shared secret of more than thirty-two bytes",
    "oauthClientId": "client",
    "installationId": "",
    "eventType": "installed",
    "productType": "jira",
}


def digest_of(body: Mapping[str, Any]) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class AnyToken:
    issuer: str = "acme"
    audience: str = ""


@dataclass
class OneClaim:
    """Whatever the token, these claims are what it proves."""

    claims: Claims = CLAIMS

    def read(self, text: str, algorithm: str) -> Token:
        assert (text, algorithm) == ("token", "RS256")
        return AnyToken()

    def verify(self, token: Token, secret: str) -> Claims:
        raise AssertionError("an install is never proven by a shared secret")

    def verify_install(self, token: Token) -> Claims:
        return self.claims

    def request_hash(self, request: SignedRequest) -> str:
        assert request == REQUEST
        return "the hash"

    def sign(self, claims: Claims, secret: str) -> str:
        raise AssertionError("an install signs nothing")


@dataclass
class Journal:
    """A store that knows at most one site, and records its calls."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    news: bool = True
    received: Received = Received.ADDED
    known: Site | None = None
    kept: RecordedDrafts = field(default_factory=RecordedDrafts)

    def find(self, key: str) -> Site | None:
        return self.known if self.known and self.known.key == key else None

    def recall(self, key: str) -> Site | None:
        raise AssertionError("an install does not depend on what a process remembers of the site")

    def confirm(self, known: Site, account_id: str | None) -> Site | None:
        raise AssertionError("an install does not depend on what is known of the site")

    def find_newer(self, known: Site) -> Site | None:
        raise AssertionError("an install does not depend on what is known of the site")

    def install(self, installation: Installation, call: LifecycleCall) -> Received:
        self.calls.append(("install", installation, call))
        return self.received

    def set_status(self, key: str, status: str) -> bool:
        self.calls.append(("status", key, status))
        return self.news

    def uninstall(self, key: str, call: LifecycleCall, erase_after: datetime) -> bool:
        self.calls.append(("uninstall", key, call, erase_after))
        return self.news

    def erase_expired(self, now: datetime, noted: Callable[[str], None]) -> list[str]:
        self.calls.append(("erase", now))
        noted("gone")
        return ["gone"]

    def erase_due(self, key: str, now: datetime, noted: Callable[[str], None]) -> bool:
        self.calls.append(("erase", now))
        noted(key)
        return self.news

    def rotate_secrets(self, on_rotated: Callable[[str], None]) -> Mapping[str, bool]:
        on_rotated("acme")
        return {"acme": True, "coma": False}

    def recorder_of(self, site: str) -> AuditRecorder:
        assert site == "acme"
        return AuditRecorder(cast(AuditStore, self.kept), lambda: NOW, "", Origin.LIFECYCLE)

    def recorded(self) -> list[tuple[Action, str]]:
        return [(draft.action, draft.object_id) for draft in self.kept.drafts]


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def authenticator(journal: Journal) -> InstallAuthenticator:
    hosts = HostRule(("*.atlassian.net",))
    return InstallAuthenticator(
        OneClaim(), journal, journal.recorder_of, hosts, "open-timesheet", ("https://timesheet.example.com",)
    )


def test_an_install_is_passed_on_clean(authenticator: InstallAuthenticator, journal: Journal) -> None:
    install_site(authenticator, BODY, CLAIMS)
    installation = Installation(
        key="acme",
        base_url="https://acme.atlassian.net",
        display_url="https://jira.acme.example",
        secret="a shared secret of more than thirty-two bytes",
        oauth_client_id="client",
    )
    [(_, *passed)] = journal.calls
    assert passed == [installation, LifecycleCall(SENT, "of the token", digest_of(BODY))]
    journal.received = Received.UPGRADED
    install_site(authenticator, BODY, CLAIMS)
    journal.received = Received.REPEATED
    install_site(authenticator, BODY, CLAIMS)
    assert journal.recorded() == [(Action.SITE_INSTALLED, "acme"), (Action.SITE_UPGRADED, "acme")]
    assert "secret" not in str(journal.kept.drafts)


@pytest.mark.parametrize(
    ("received", "said"),
    [(Received.OUTDATED, "A later call"), (Received.REPLAYED, "Another call came with the same token")],
)
def test_an_install_that_came_too_late_is_refused_and_not_recorded(
    authenticator: InstallAuthenticator, journal: Journal, received: Received, said: str
) -> None:
    journal.received = received
    with pytest.raises(Conflict, match=said):
        install_site(authenticator, BODY, CLAIMS)
    assert journal.recorded() == []


def test_every_field_of_a_body_distinguishes_its_call_and_their_order_does_not(
    authenticator: InstallAuthenticator, journal: Journal
) -> None:
    bodies = [
        BODY,
        dict(reversed(BODY.items())),
        *(BODY | {name: "x" * 40} for name in ("sharedSecret", "note")),
    ]
    for body in bodies:
        install_site(authenticator, body, CLAIMS)
    first, again, *others = [call.body for _, _, call in journal.calls]
    assert first == again
    assert len({first, *others}) == 3


def test_an_uninstall_keeps_the_data_for_thirty_days(
    authenticator: InstallAuthenticator, journal: Journal
) -> None:
    uninstall_site(authenticator, BODY | {"eventType": "uninstalled"}, CLAIMS, NOW)
    call = LifecycleCall(SENT, "of the token", digest_of(BODY | {"eventType": "uninstalled"}))
    assert journal.calls == [("uninstall", "acme", call, NOW + timedelta(days=30))]
    assert journal.recorded() == [(Action.SITE_UNINSTALLED, "acme")]
    journal.news = False
    uninstall_site(authenticator, BODY | {"eventType": "uninstalled"}, CLAIMS, NOW)
    assert journal.recorded() == [(Action.SITE_UNINSTALLED, "acme")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"audience": ("https://other.example.com", "https://timesheet.example.com")}, "audience"),
        ({"audience": ()}, "audience"),
        ({"qsh": None}, "qsh"),
        ({"qsh": "another"}, "qsh"),
    ],
)
def test_claims_that_are_for_something_else_prove_nothing(
    authenticator: InstallAuthenticator, changes: dict[str, Any], reason: str
) -> None:
    wrong = replace(authenticator, tokens=OneClaim(replace(CLAIMS, **changes)))
    with pytest.raises(Unauthenticated) as refused:
        authenticate_install(wrong, "token", REQUEST)
    assert refused.value.reason == reason


def test_a_token_for_this_request_gives_its_claims(authenticator: InstallAuthenticator) -> None:
    assert authenticate_install(authenticator, "token", REQUEST) == CLAIMS


def test_without_a_token_nothing_is_proven(authenticator: InstallAuthenticator) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticate_install(authenticator, None, REQUEST)
    assert refused.value.reason == "missing"


@pytest.mark.parametrize(
    ("change", "event"),
    [(install_site, "installed"), (partial(uninstall_site, now=NOW), "uninstalled")],
    ids=["install", "uninstall"],
)
@pytest.mark.parametrize(
    ("known", "called", "refused"),
    [
        ("cloud-1", {"cloudId": "cloud-2"}, True),
        ("cloud-1", {"cloudId": 7}, True),
        ("cloud-1", {"cloudId": "cloud-1"}, False),
        ("cloud-1", {"cloudId": ""}, False),
        ("cloud-1", {}, False),
        (None, {"cloudId": "cloud-2"}, False),
    ],
)
def test_a_copy_of_a_site_does_not_replace_the_original(
    authenticator: InstallAuthenticator,
    journal: Journal,
    change: Callable[..., str],
    event: str,
    known: str | None,
    called: dict[str, object],
    refused: bool,
) -> None:
    """A copy has the clientKey of its original, but a cloud id of its own."""
    journal.known = Site("acme", "", "", INSTALLED, "s", 1, cloud_id=known)
    body = BODY | {"eventType": event} | called
    if refused:
        with pytest.raises(Conflict):
            change(authenticator, body, CLAIMS)
    else:
        change(authenticator, body, CLAIMS)
    assert bool(journal.calls) is not refused


@pytest.mark.parametrize("change", [install_site, partial(uninstall_site, now=NOW)])
def test_a_body_of_another_site_than_the_tokens_changes_nothing(
    authenticator: InstallAuthenticator, journal: Journal, change: Callable[..., str]
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        change(authenticator, BODY, replace(CLAIMS, issuer="other"))
    assert (refused.value.reason, refused.value.site) == ("other-client-key", "acme")
    assert journal.calls == []


@pytest.mark.parametrize("field_name", ["clientKey", "baseUrl", "sharedSecret"])
def test_what_is_missing_is_named(
    authenticator: InstallAuthenticator, journal: Journal, field_name: str
) -> None:
    body = {name: value for name, value in BODY.items() if name != field_name}
    with pytest.raises(InvalidInput) as refused:
        install_site(authenticator, body, CLAIMS)
    assert refused.value.field == field_name
    assert journal.calls == []


@pytest.mark.parametrize(
    ("field_name", "text"),
    [
        *(("clientKey", ""), ("clientKey", "a" * 256), ("clientKey", "a\n"), ("clientKey", "open-timesheet")),
        *(("sharedSecret", "s" * 31), ("sharedSecret", "s" * 4097)),
        *(
            ("oauthClientId", "x" * 256),
            ("oauthClientId", "x\n"),
            ("oauthClientId", 7),
            ("cloudId", "x" * 256),
        ),
        *(("eventType", "uninstalled"), ("productType", "confluence"), ("key", "another-app")),
    ],
)
def test_what_is_of_another_form_is_named(
    authenticator: InstallAuthenticator, journal: Journal, field_name: str, text: object
) -> None:
    body = BODY | {field_name: text}
    with pytest.raises(InvalidInput) as refused:
        install_site(authenticator, body, replace(CLAIMS, issuer=str(body["clientKey"])))
    assert refused.value.field == field_name
    assert journal.calls == []


@pytest.mark.parametrize(
    "absent", ["eventType", "productType", "key", "displayUrl", "oauthClientId", "cloudId"]
)
def test_null_says_as_little_as_no_value(
    authenticator: InstallAuthenticator, journal: Journal, absent: str
) -> None:
    journal.received = Received.REPEATED
    install_site(authenticator, BODY | {absent: None}, CLAIMS)
    assert len(journal.calls) == 1


@pytest.mark.parametrize(
    ("field_name", "text"),
    [
        *(("clientKey", "a"), ("clientKey", "a" * 255), ("oauthClientId", "x" * 255)),
        *(("sharedSecret", "s" * 32), ("sharedSecret", "s" * 4096)),
    ],
)
def test_texts_are_taken_up_to_their_limits(
    authenticator: InstallAuthenticator, journal: Journal, field_name: str, text: str
) -> None:
    body = BODY | {field_name: text}
    authenticator = replace(
        authenticator,
        recorder_of=lambda _: AuditRecorder(
            cast(AuditStore, journal.kept), lambda: NOW, "", Origin.LIFECYCLE
        ),
    )
    install_site(authenticator, body, replace(CLAIMS, issuer=str(body["clientKey"])))
    [(_, installation, _)] = journal.calls
    values = (installation.key, installation.secret, installation.oauth_client_id)
    assert text in values


def test_switching_is_noted_for_the_site_that_speaks(
    authenticator: InstallAuthenticator, journal: Journal
) -> None:
    site = Site("acme", "", "", "installed", "s", 1)
    switch_site(authenticator, site, {"clientKey": None}, on=False)
    switch_site(authenticator, site, {"clientKey": "acme"}, on=True)
    assert journal.calls == [("status", "acme", "disabled"), ("status", "acme", "installed")]
    journal.news = False
    switch_site(authenticator, site, {}, on=True)
    assert journal.recorded() == [(Action.SITE_DISABLED, "acme"), (Action.SITE_ENABLED, "acme")]
    with pytest.raises(Unauthenticated):
        switch_site(authenticator, site, {"clientKey": "other"}, on=True)
    with pytest.raises(InvalidInput):
        switch_site(authenticator, site, [], on=True)


@pytest.mark.parametrize(
    ("status", "calls", "recorded"),
    [
        (DISABLED, [("status", "acme", INSTALLED)], [(Action.SITE_ENABLED, "acme")]),
        (INSTALLED, [], []),
        (UNINSTALLED, [], []),
    ],
)
def test_a_page_that_jira_opens_enables_a_disabled_site_only(
    authenticator: InstallAuthenticator,
    journal: Journal,
    status: str,
    calls: list[tuple[str, ...]],
    recorded: list[tuple[Action, str]],
) -> None:
    enable_opened_site(authenticator, Site("acme", "", "", status, "s", 1))
    assert journal.calls == calls
    assert journal.recorded() == recorded


def test_upkeep_is_passed_on(journal: Journal) -> None:
    noted = list[tuple[str, datetime]]()
    assert erase_expired_sites(journal, NOW, lambda site, at: noted.append((site, at))) == ["gone"]
    assert erase_site(journal, "one", NOW, lambda site, at: noted.append((site, at))) is journal.news
    assert noted == [("gone", NOW), ("one", NOW)]
    assert rotate_secrets(journal, journal.recorder_of) == {"acme": True, "coma": False}
    assert journal.recorded() == [(Action.SITE_KEY_ROTATED, "acme")]
