"""Invocation tokens: which forms of a genuine one are accepted, and what is read from them."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from flask.testing import FlaskClient

from tests.web.support.forge_site import ENVIRONMENT, ForgeSite
from tests.web.support.signing import FORGE_APP, NOW, SettableClock
from timesheet.adapters.forge.invocation import ForgeInvocationTokens
from timesheet.domain.errors import Unauthenticated
from timesheet.domain.site import HostRule
from timesheet.services.ports.invocation import Invocation

KEY = generate_private_key(65537, 2048)
HOSTS = HostRule(("*.atlassian.net",))
IAT = int(NOW.timestamp())


class OneKey:
    """A key set with one key; it counts how often it is read."""

    calls = 0

    def public_key(self, kid: object) -> RSAPublicKey:
        self.calls += 1
        return KEY.public_key()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def keys() -> OneKey:
    return OneKey()


@pytest.fixture
def tokens(clock: SettableClock, keys: OneKey) -> ForgeInvocationTokens:
    api = "https://api.atlassian.com"
    return ForgeInvocationTokens(clock, keys, FORGE_APP, "PRODUCTION", api, HOSTS)  # type: ignore[arg-type]


@pytest.fixture
def site(clock: SettableClock) -> ForgeSite:
    client: Any = FlaskClient
    return ForgeSite(client, clock, KEY, "one", "cloud", "https://acme.atlassian.net")


def test_the_claims_of_a_page_are_read(tokens: ForgeInvocationTokens, site: ForgeSite) -> None:
    assert tokens.verify(site.sign(site.claims())) == Invocation(
        installation="one",
        cloud_id="cloud",
        api_url="https://api.atlassian.com/ex/jira/cloud",
        issued=IAT,
        expires=IAT + 25,
        account_id=site.account,
        site_url="https://acme.atlassian.net",
        environment=ENVIRONMENT,
    )


def test_a_token_of_a_library_is_read(tokens: ForgeInvocationTokens, site: ForgeSite) -> None:
    text = jwt.encode(site.claims(), KEY, algorithm="RS256", headers={"kid": site.kid})
    assert tokens.verify(text).installation == "one"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [FORGE_APP]},
        {"iat": None},
        {"nbf": None},
        {"iat": IAT - 0.5, "exp": IAT + 24.5},
        {"jti": None},
        {"license": {"active": True}},
        {"exp": IAT + 900},
        {"exp": IAT + 1},
        {"iat": IAT - 34, "nbf": IAT - 34, "exp": IAT - 9},
        {"iat": IAT + 10, "nbf": IAT + 10, "exp": IAT + 35},
        {"unknown": {"a": [1]}},
    ],
    ids=repr,
)
def test_other_forms_of_a_real_token_are_read(
    tokens: ForgeInvocationTokens, site: ForgeSite, changes: dict[str, Any]
) -> None:
    assert tokens.verify(site.sign(site.claims(**changes))).account_id == site.account


def test_an_account_id_may_have_every_character_that_atlassian_allows(
    tokens: ForgeInvocationTokens, site: ForgeSite
) -> None:
    assert tokens.verify(site.sign(site.claims(principal="_auth0|5d2:A-1"))).account_id == "_auth0|5d2:A-1"


@pytest.mark.parametrize("value", ["", "a b", None, 7, "x" * 300])
def test_a_module_and_an_environment_prove_nothing_and_refuse_nothing(
    tokens: ForgeInvocationTokens, site: ForgeSite, value: object
) -> None:
    app = site.app_claim(module={"key": value}, environment={"type": "PRODUCTION", "id": value})
    assert tokens.verify(site.sign(site.claims(app=app))).environment == ""


def test_an_event_names_no_person(tokens: ForgeInvocationTokens, site: ForgeSite) -> None:
    assert tokens.verify(site.sign(site.claims(principal=None))).account_id is None


@pytest.mark.parametrize(
    ("signed_in", "module", "of_page"),
    [
        (True, None, True),
        (True, {"type": "core:endpoint"}, True),
        (False, {"type": "jira:globalPage"}, True),
        (False, {"type": "core:endpoint"}, False),
        (False, {"type": "scheduledTrigger"}, False),
        (False, {"type": 7}, False),
        (False, None, False),
    ],
)
def test_a_call_is_of_a_page_if_it_names_a_person_or_a_module_of_jira(
    tokens: ForgeInvocationTokens, site: ForgeSite, signed_in: bool, module: object, of_page: bool
) -> None:
    principal = site.account if signed_in else None
    claims = site.claims(principal=principal, app=site.app_claim(module=module))
    assert tokens.verify(site.sign(claims)).of_page is of_page


@pytest.mark.parametrize(
    ("context", "installation"),
    [
        (None, None),
        ({}, {"contexts": []}),
        ({"cloudId": "cloud"}, None),
        (None, {"contexts": [{"cloudId": "cloud"}, {"cloudId": "cloud"}, {"name": "x"}]}),
    ],
)
def test_the_cloud_id_is_wherever_the_token_names_it(
    tokens: ForgeInvocationTokens, site: ForgeSite, context: Any, installation: Any
) -> None:
    claims = site.claims(context=context, app=site.app_claim(installation=installation))
    assert tokens.verify(site.sign(claims)).cloud_id == "cloud"


@pytest.mark.parametrize(
    "address", ["https://evil.example.com", "javascript:x", 7, None, "https://acme.atlassian.net/x"]
)
def test_an_address_of_no_jira_is_not_taken_over(
    tokens: ForgeInvocationTokens, site: ForgeSite, address: object
) -> None:
    claims = site.claims(context={"cloudId": "cloud", "siteUrl": address})
    assert tokens.verify(site.sign(claims)).site_url is None


@pytest.mark.parametrize("bare", ["one", "ari:cloud:ecosystem::installation/one"])
def test_an_installation_is_known_by_its_bare_id(
    tokens: ForgeInvocationTokens, site: ForgeSite, bare: str
) -> None:
    app = site.app_claim(installationId=bare, installation={"id": bare})
    assert tokens.verify(site.sign(site.claims(app=app))).installation == "one"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "somebody"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"exp": IAT - 10, "iat": IAT - 35, "nbf": IAT - 35}, "expired"),
        ({"iat": IAT + 76, "exp": IAT + 101}, "not-yet"),
        ({"nbf": IAT + 76, "exp": IAT + 101}, "not-yet"),
        ({"exp": IAT + 901}, "life"),
        ({"exp": IAT}, "life"),
        ({"iat": True}, "type-of-iat"),
        ({"iat": 0}, "type-of-iat"),
        ({"nbf": str(IAT)}, "type-of-nbf"),
        ({"exp": 2**40}, "type-of-exp"),
        ({"icLabel": "x"}, "isolated-cloud"),
        ({"app": None}, "type-of-app"),
        ({"context": 7}, "type-of-context"),
        ({"principal": ["x"]}, "type-of-principal"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_the_log_learns_why_a_token_is_refused_and_no_key_is_looked_up(
    tokens: ForgeInvocationTokens, keys: OneKey, site: ForgeSite, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(site.sign(site.claims(**changes)))
    assert refused.value.reason == reason
    assert keys.calls == 0
    # Reloading the page helps nobody whose server has a wrong clock.
    assert ("the clock of a server" in refused.value.sentence) is (reason == "not-yet")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "another"}, "other-app"),
        ({"environment": {"type": "STAGING"}}, "other-environment"),
        ({"apiBaseUrl": "https://evil.example.com"}, "api-address"),
        ({"installationId": None}, "installation"),
        ({"installation": {"id": "other"}}, "installation"),
        ({"installation": {"contexts": [{"cloudId": "other"}]}}, "cloud-id"),
        ({"installation": {"contexts": 7}}, "type-of-contexts"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_token_of_another_app_or_place_is_refused(
    tokens: ForgeInvocationTokens, site: ForgeSite, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(site.sign(site.claims(app=site.app_claim(**changes))))
    assert refused.value.reason == reason


def test_the_signature_decides(tokens: ForgeInvocationTokens, site: ForgeSite) -> None:
    head, payload, _ = site.sign(site.claims()).split(".")
    _, _, other = site.sign(site.claims(principal="somebody-else")).split(".")
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(f"{head}.{payload}.{other}")
    assert refused.value.reason == "bad-signature"
