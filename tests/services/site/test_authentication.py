"""Authentication decided from claims, whatever form the tokens have."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from timesheet.domain.errors import Unauthenticated
from timesheet.domain.identity import Identity
from timesheet.domain.site import DISABLED, INSTALLED, UNINSTALLED, Site
from timesheet.services.ports.authentication import (
    Claims,
    Installation,
    LifecycleCall,
    Received,
    SignedRequest,
    Token,
)
from timesheet.services.site.authentication import (
    Authenticator,
    authenticate_call,
    authenticate_page,
    authenticate_site,
    issue_session,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REQUEST = SignedRequest("GET", "/timesheet", "view=week")
HASH = "hash of GET /timesheet view=week"
ACME = Site(
    "acme", "https://acme.atlassian.net", "https://acme.atlassian.net", INSTALLED, "secret of acme", 1
)
GOOD = Claims("acme", 1, 2, "ann", HASH)


@dataclass(frozen=True)
class FakeToken:
    claims: Claims
    secret: str

    @property
    def issuer(self) -> str:
        return self.claims.issuer

    @property
    def audience(self) -> str:
        return self.claims.audience[0] if len(self.claims.audience) == 1 else ""


@dataclass
class FakeTokens:
    """Tokens by name; a signature is the secret itself."""

    known: dict[str, FakeToken] = field(default_factory=dict)

    def add(self, claims: Claims, secret: str = "secret of acme") -> str:
        return self.sign(claims, secret)

    def read(self, text: str, algorithm: str) -> Token:
        assert algorithm == "HS256"
        return self.known[text]

    def verify(self, token: Token, secret: str) -> Claims:
        assert isinstance(token, FakeToken)
        if token.secret != secret:
            raise Unauthenticated(reason="bad-signature")
        return token.claims

    def verify_install(self, token: Token) -> Claims:
        raise AssertionError("an install is no page load")

    def request_hash(self, request: SignedRequest) -> str:
        return f"hash of {request.method} {request.path} {request.query}"

    def sign(self, claims: Claims, secret: str) -> str:
        name = f"token {len(self.known)}"
        self.known[name] = FakeToken(claims, secret)
        return name


@dataclass
class FakeSites:
    sites: dict[str, Site]
    newer: dict[str, Site] = field(default_factory=dict)
    now: dict[str, Site | None] = field(default_factory=dict)
    rereads: int = 0
    read_for: list[str | None] = field(default_factory=list)

    def find(self, key: str) -> Site | None:
        return self.sites.get(key)

    recall = find

    def confirm(self, known: Site, account_id: str | None) -> Site | None:
        self.read_for.append(account_id)
        return self.now.get(known.key, known)

    def find_newer(self, known: Site) -> Site | None:
        self.rereads += 1
        return self.newer.get(known.key)

    def install(self, installation: Installation, call: LifecycleCall) -> Received:
        raise AssertionError("authentication installs nothing")

    def set_status(self, key: str, status: str) -> bool:
        raise AssertionError("authentication changes nothing")

    def uninstall(self, key: str, call: LifecycleCall, erase_after: datetime) -> bool:
        raise AssertionError("authentication uninstalls nothing")


@pytest.fixture
def tokens() -> FakeTokens:
    return FakeTokens()


@pytest.fixture
def sites() -> FakeSites:
    other = replace(ACME, key="other", secret="secret of other")
    return FakeSites({"acme": ACME, "other": other})


@pytest.fixture
def authenticator(tokens: FakeTokens, sites: FakeSites) -> Authenticator:
    return Authenticator(
        tokens, sites, "open-timesheet", "https://timesheet.example.com", "the app's own signing key"
    )


def reason_of(refused: pytest.ExceptionInfo[Unauthenticated]) -> str:
    return refused.value.reason


def test_a_page_load_names_site_and_viewer(authenticator: Authenticator, tokens: FakeTokens) -> None:
    assert authenticate_page(authenticator, tokens.add(GOOD), REQUEST) == (ACME, Identity("acme", "ann"))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        (replace(GOOD, issuer="nobody"), "unknown-site"),
        (replace(GOOD, issuer="other"), "bad-signature"),
        (replace(GOOD, qsh=None), "qsh"),
        (replace(GOOD, qsh="context-qsh"), "qsh"),
        (replace(GOOD, qsh="é"), "qsh"),
        (replace(GOOD, subject=None), "anonymous"),
        (replace(GOOD, audience=("somebody",)), "audience"),
        (replace(GOOD, audience=("acme/",)), "audience"),
    ],
)
def test_a_page_load_that_proves_nothing_is_refused(
    authenticator: Authenticator, tokens: FakeTokens, claims: Claims, reason: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticate_page(authenticator, tokens.add(claims), REQUEST)
    assert reason_of(refused) == reason


@pytest.mark.parametrize(
    ("claims", "secret", "site"),
    [
        (replace(GOOD, issuer="nobody"), "secret of acme", ""),
        (GOOD, "another secret", "acme"),
        (replace(GOOD, issuer="other"), "secret of acme", "other"),
        (replace(GOOD, qsh="context-qsh"), "secret of acme", "acme"),
        (replace(GOOD, audience=("somebody",)), "secret of acme", "acme"),
    ],
)
def test_a_refusal_says_which_known_site_was_named(
    authenticator: Authenticator, tokens: FakeTokens, claims: Claims, secret: str, site: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticate_page(authenticator, tokens.add(claims, secret), REQUEST)
    assert refused.value.site == site


def test_a_call_that_is_not_a_context_token_names_its_site_too(
    authenticator: Authenticator, tokens: FakeTokens
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(authenticator, tokens.add(GOOD), session=True, context=True)
    assert (refused.value.reason, refused.value.site) == ("no-context-token", "acme")


@pytest.mark.parametrize(
    "audience",
    ["acme", "open-timesheet", "https://timesheet.example.com", "https://timesheet.example.com/"],
)
def test_an_audience_may_name_the_site_or_the_app(
    authenticator: Authenticator, tokens: FakeTokens, audience: str
) -> None:
    assert (
        authenticate_page(authenticator, tokens.add(replace(GOOD, audience=(audience,))), REQUEST)[0] == ACME
    )


def test_a_webhook_needs_no_viewer_but_its_hash(authenticator: Authenticator, tokens: FakeTokens) -> None:
    assert authenticate_site(authenticator, tokens.add(replace(GOOD, subject=None)), REQUEST) == ACME
    with pytest.raises(Unauthenticated) as refused:
        authenticate_site(authenticator, tokens.add(replace(GOOD, qsh="context-qsh")), REQUEST)
    assert reason_of(refused) == "qsh"


def test_a_context_token_is_good_for_calls_where_they_take_it(
    authenticator: Authenticator, tokens: FakeTokens
) -> None:
    text = tokens.add(replace(GOOD, qsh="context-qsh"))
    assert authenticate_call(authenticator, text, session=False, context=True) == (
        ACME,
        Identity("acme", "ann"),
    )
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(authenticator, text, session=True, context=False)
    assert reason_of(refused) == "context-not-taken"
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(authenticator, tokens.add(GOOD), session=True, context=True)
    assert reason_of(refused) == "no-context-token"


def test_a_session_is_good_for_fifteen_minutes_of_calls(
    authenticator: Authenticator, tokens: FakeTokens
) -> None:
    text, expires = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    assert expires == int(NOW.timestamp()) + 900
    assert tokens.known[text].claims.expires == expires
    assert authenticate_call(authenticator, text, session=True, context=True) == (
        ACME,
        Identity("acme", "ann"),
    )
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(authenticator, text, session=False, context=True)
    assert reason_of(refused) == "session-not-taken"


@pytest.mark.parametrize(
    "later",
    [replace(ACME, secret_version=2), replace(ACME, secret=None, status=UNINSTALLED, secret_version=2)],
    ids=["re-installed", "uninstalled"],
)
def test_a_session_dies_with_the_secret(authenticator: Authenticator, sites: FakeSites, later: Site) -> None:
    text, _ = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    sites.sites["acme"] = later
    with pytest.raises(Unauthenticated):
        authenticate_call(authenticator, text, session=True, context=True)


def test_only_a_session_is_renewed_after_the_secret_has_changed(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites
) -> None:
    session, _ = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    sites.sites["acme"] = replace(ACME, secret="a new secret", secret_version=2)
    for text, renewable in [(session, True), (tokens.add(replace(GOOD, qsh="context-qsh")), False)]:
        with pytest.raises(Unauthenticated) as refused:
            authenticate_call(authenticator, text, session=True, context=True)
        assert reason_of(refused) == "bad-signature"
        assert refused.value.renewable == renewable


def test_a_session_of_one_site_opens_no_other(authenticator: Authenticator, tokens: FakeTokens) -> None:
    text, _ = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    stolen = tokens.known[text]
    moved = tokens.add(replace(stolen.claims, audience=("other",)), stolen.secret)
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(authenticator, moved, session=True, context=True)
    assert reason_of(refused) == "bad-signature"


@pytest.mark.parametrize("audience", [(), ("acme", "other"), ("nobody",)])
def test_a_session_names_one_known_site(
    authenticator: Authenticator, tokens: FakeTokens, audience: tuple[str, ...]
) -> None:
    text, _ = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    made = tokens.known[text]
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(
            authenticator,
            tokens.add(replace(made.claims, audience=audience), made.secret),
            session=True,
            context=True,
        )
    assert reason_of(refused) == "unknown-site"


def test_a_session_with_a_hash_is_something_else(authenticator: Authenticator, tokens: FakeTokens) -> None:
    text, _ = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    made = tokens.known[text]
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(
            authenticator, tokens.add(replace(made.claims, qsh=HASH), made.secret), session=True, context=True
        )
    assert reason_of(refused) == "qsh-in-session"


def test_an_uninstalled_site_gets_a_message_that_says_so(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites
) -> None:
    sites.sites["acme"] = replace(ACME, secret=None, status=UNINSTALLED)
    with pytest.raises(Unauthenticated, match="no longer installed on this site"):
        authenticate_page(authenticator, tokens.add(GOOD), REQUEST)


def test_a_site_that_is_switched_off_is_still_believed(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites
) -> None:
    """Jira loads no page of an app that is off, and the event that switches it on again may be lost."""
    sites.sites["acme"] = replace(ACME, status=DISABLED)
    assert authenticate_page(authenticator, tokens.add(GOOD), REQUEST)[1] == Identity("acme", "ann")


NEW = replace(ACME, secret="new secret of acme", secret_version=2)


@pytest.mark.parametrize("known", [ACME, replace(ACME, secret=None, status=UNINSTALLED)])
def test_a_token_of_a_new_secret_is_proven_once_the_site_is_read_anew(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites, known: Site
) -> None:
    sites.sites["acme"], sites.newer["acme"] = known, NEW
    assert authenticate_page(authenticator, tokens.add(GOOD, "new secret of acme"), REQUEST)[0] is NEW
    assert sites.rereads == 1


def test_a_session_of_a_new_secret_is_proven_too(authenticator: Authenticator, sites: FakeSites) -> None:
    session, _ = issue_session(authenticator, NEW, Identity("acme", "ann"), NOW)
    sites.newer["acme"] = NEW
    assert authenticate_call(authenticator, session, session=True, context=False)[0] is NEW
    assert sites.rereads == 1


@pytest.mark.parametrize("newer", [{}, {"acme": NEW}])
def test_what_no_secret_proves_is_refused_after_one_look(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites, newer: dict[str, Site]
) -> None:
    sites.newer = newer
    with pytest.raises(Unauthenticated) as refused:
        authenticate_page(authenticator, tokens.add(GOOD, "forged"), REQUEST)
    assert (reason_of(refused), refused.value.site) == ("bad-signature", "acme")
    assert sites.rereads == 1


def test_a_site_that_is_gone_in_the_newer_reading_says_so(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites
) -> None:
    sites.newer["acme"] = replace(NEW, secret=None, status=UNINSTALLED)
    with pytest.raises(Unauthenticated, match="no longer installed on this site"):
        authenticate_page(authenticator, tokens.add(GOOD, "forged"), REQUEST)


def test_only_what_the_secret_decides_is_looked_at_again(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites
) -> None:
    for claims in (replace(GOOD, qsh="another"), replace(GOOD, issuer="nobody"), replace(GOOD, subject=None)):
        with pytest.raises(Unauthenticated):
            authenticate_page(authenticator, tokens.add(claims), REQUEST)
    authenticate_page(authenticator, tokens.add(GOOD), REQUEST)
    assert sites.rereads == 0


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (replace(ACME, secret="a new secret", secret_version=2), "bad-signature"),
        (replace(ACME, secret=None, status=UNINSTALLED, secret_version=2), "uninstalled"),
        (None, "unknown-site"),
    ],
    ids=["re-installed", "uninstalled", "erased"],
)
def test_a_token_is_verified_by_the_secret_that_is_stored_now(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites, now: Site | None, reason: str
) -> None:
    """This process does not know yet what another one has changed."""
    session, _ = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    sites.now["acme"] = now
    with pytest.raises(Unauthenticated) as refused:
        authenticate_page(authenticator, tokens.add(GOOD), REQUEST)
    assert reason_of(refused) == reason
    with pytest.raises(Unauthenticated) as refused:
        authenticate_call(authenticator, session, session=True, context=False)
    assert reason_of(refused) == reason


def test_a_site_is_used_as_it_is_stored_now(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites
) -> None:
    sites.now["acme"] = replace(ACME, cloud_id="cloud")
    assert authenticate_page(authenticator, tokens.add(GOOD), REQUEST)[0] is sites.now["acme"]


def test_a_forged_token_reads_nothing_of_the_person_it_names(
    authenticator: Authenticator, tokens: FakeTokens, sites: FakeSites
) -> None:
    with pytest.raises(Unauthenticated):
        authenticate_page(authenticator, tokens.add(GOOD, "forged"), REQUEST)
    assert sites.read_for == []
    session, _ = issue_session(authenticator, ACME, Identity("acme", "ann"), NOW)
    authenticate_page(authenticator, tokens.add(GOOD), REQUEST)
    authenticate_call(authenticator, session, session=True, context=False)
    authenticate_site(authenticator, tokens.add(GOOD), REQUEST)
    assert sites.read_for == ["ann", "ann", None]
