"""Forged and malformed tokens on every kind of route: none is let in, none breaks the app, none leaves a trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.web.conftest import JiraSite, pem
from tests.web.signing import (
    APP_KEY,
    BASE_URL,
    HS256,
    KID,
    NOW,
    b64,
    bearing,
    claims_of,
    hs256,
    qsh,
    rs256,
    segment,
)
from timesheet.web import stranger

Claims = dict[str, Any]
IAT = int(NOW.timestamp())
RS256 = {"alg": "RS256", "typ": "JWT", "kid": KID}


@dataclass(frozen=True)
class Target:
    """A route of one kind: how it is called, and the claims and signature it asks for."""

    name: str
    method: str
    path: str
    place: str
    hashed: str
    signed_with: str = "HS256"

    def claims(self, site: JiraSite) -> Claims:
        account = site.account if self.name in ("page", "page or call", "call", "session") else None
        claims = claims_of(site.client_key, account, self.hashed, NOW)
        return claims | ({"aud": [BASE_URL]} if self.signed_with == "RS256" else {})

    def sign(self, claims: object, site: JiraSite, header: Mapping[str, Any] | None = None) -> str:
        if self.signed_with == "RS256":
            return rs256(claims, site.key, RS256 if header is None else {**RS256, **header})
        return hs256(claims, site.secret, HS256 if header is None else {**HS256, **header})

    def call(self, client: FlaskClient, site: JiraSite, token: str) -> TestResponse:
        if self.place == "query":
            return client.get(f"{self.path}?jwt={quote(token, safe='')}")
        events = {
            "/connect/webhook/worklog": "worklog_created",
            "/connect/webhook/issue": "jira:issue_deleted",
        }
        body = site.body(webhookEvent=events[self.path]) if self.path in events else site.body()
        if self.path in ("/connect/enabled", "/connect/disabled"):
            body = {"clientKey": site.client_key}
        headers = {"Authorization": b"JWT " + token.encode("utf-8", "surrogateescape")}
        kept = {name: value.decode("latin-1") for name, value in headers.items()}
        return client.open(self.path, method=self.method, json=body, headers=kept)


def posted(path: str, name: str, signed_with: str = "HS256") -> Target:
    return Target(name, "POST", path, "header", qsh("POST", path), signed_with)


TARGETS = (
    Target("page", "GET", "/probe/page", "query", qsh("GET", "/probe/page")),
    Target("page or call", "GET", "/probe/both", "query", qsh("GET", "/probe/both")),
    Target("call", "POST", "/probe/call", "header", "context-qsh"),
    Target("session", "POST", "/session", "header", "context-qsh"),
    posted("/connect/webhook/worklog", "webhook"),
    posted("/connect/webhook/issue", "webhook of issues"),
    posted("/connect/enabled", "enabled"),
    posted("/connect/disabled", "disabled"),
    posted("/connect/installed", "installed", "RS256"),
    posted("/connect/uninstalled", "uninstalled", "RS256"),
)

WRONG_TYPES: tuple[object, ...] = (
    True,
    False,
    0,
    -1,
    1.5,
    [],
    {},
    ["x"],
    {"a": 1},
    "",
    "é",
    "\x00",
    "x" * 300,
)
TIMES: tuple[tuple[str, Claims], ...] = (
    ("expired", {"iat": IAT - 400, "exp": IAT - 200}),
    ("just expired", {"iat": IAT - 200, "exp": IAT - 30}),
    ("exp before iat", {"iat": IAT, "exp": IAT - 1}),
    ("exp at iat", {"exp": IAT}),
    ("ten years", {"exp": IAT + 315_360_000}),
    ("an hour", {"exp": IAT + 3600}),
    ("from the future", {"iat": IAT + 60, "exp": IAT + 180}),
    ("from the far past", {"iat": 1, "exp": IAT + 60}),
    ("not before a minute from now", {"nbf": IAT + 60}),
    ("nbf as text", {"nbf": str(IAT)}),
    ("nbf true", {"nbf": True}),
    ("nbf null", {"nbf": None}),
    ("nbf negative", {"nbf": -5}),
)
NUMBERS: tuple[object, ...] = (
    None,
    True,
    "soon",
    str(IAT + 180),
    [IAT + 180],
    {"at": IAT + 180},
    0,
    -1,
    -(10**12),
    1e300,
    10**30,
    float("nan"),
    float("inf"),
    float("-inf"),
)


def changed(name: str, change: Claims) -> tuple[str, Callable[[Target, JiraSite], str]]:
    return name, lambda target, site: target.sign(target.claims(site) | change, site)


def without(claim: str) -> tuple[str, Callable[[Target, JiraSite], str]]:
    def forge(target: Target, site: JiraSite) -> str:
        return target.sign({k: v for k, v in target.claims(site).items() if k != claim}, site)

    return f"no {claim}", forge


def headed(name: str, header: Mapping[str, Any]) -> tuple[str, Callable[[Target, JiraSite], str]]:
    return name, lambda target, site: target.sign(target.claims(site), site, header)


def bent(name: str, bend: Callable[[str], str]) -> tuple[str, Callable[[Target, JiraSite], str]]:
    return name, lambda target, site: bend(target.sign(target.claims(site), site))


def unsigned(alg: object) -> tuple[str, Callable[[Target, JiraSite], str]]:
    def forge(target: Target, site: JiraSite) -> str:
        return f"{segment({'alg': alg, 'typ': 'JWT'})}.{segment(target.claims(site))}."

    return f"alg {alg!r} without signature", forge


def loose_bits(token: str) -> str:
    """Another spelling of the same signature: its last character carries bits that decoders drop."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def other_algorithm(target: Target, site: JiraSite) -> str:
    """HS256 keyed with the public key where RS256 is due, RS256 where HS256 is due."""
    if target.signed_with == "RS256":
        return hs256(target.claims(site), pem(site.key), {"alg": "HS256", "typ": "JWT", "kid": KID})
    return rs256(target.claims(site), site.key, RS256)


def renamed_algorithm(target: Target, site: JiraSite) -> str:
    """The signature is an HMAC with the public key, the header says RS256."""
    return hs256(target.claims(site), pem(site.key), RS256)


def of_context(target: Target, site: JiraSite) -> str:
    """A context token where a request must be hashed, a hashed one where a context token is due."""
    hashed = qsh(target.method, target.path) if target.hashed == "context-qsh" else "context-qsh"
    return target.sign(target.claims(site) | {"qsh": hashed}, site)


def of_session(target: Target, site: JiraSite) -> str:
    """A session token made by the app itself, on a route that must not take it; for calls one with a foreign site."""
    if target.name == "call":
        claims = {"iss": APP_KEY, "sub": site.account, "aud": ["key-of-nobody"], "iat": IAT, "exp": IAT + 900}
        return hs256(claims, site.secret)
    return site.session_token()


def session_by_secret(target: Target, site: JiraSite) -> str:
    """A session token signed with the shared secret instead of the app's own key."""
    claims = {"iss": APP_KEY, "sub": site.account, "aud": [site.client_key], "iat": IAT, "exp": IAT + 900}
    return hs256(claims, site.secret)


def session_by_all_zero(target: Target, site: JiraSite) -> str:
    claims = {"iss": APP_KEY, "sub": site.account, "aud": [site.client_key], "iat": IAT, "exp": IAT + 900}
    return hs256(claims, "0" * 64)


def by_another_secret(target: Target, site: JiraSite) -> str:
    if target.signed_with == "RS256":
        return rs256(target.claims(site), STRANGER, RS256)
    return hs256(target.claims(site), "a secret that no site has, thirty-two bytes and more")


def by_short_secret(target: Target, site: JiraSite) -> str:
    return hs256(target.claims(site), "short")


def by_empty_secret(target: Target, site: JiraSite) -> str:
    return hs256(target.claims(site), b"")


def by_other_site(target: Target, site: JiraSite) -> str:
    """The second site's secret under the first one's name."""
    if target.signed_with == "RS256":
        return rs256(target.claims(site) | {"iss": "key-of-other"}, site.key, RS256)
    return hs256(target.claims(site), OTHER_SECRET)


def with_embedded_key(target: Target, site: JiraSite) -> str:
    numbers = STRANGER.public_key().public_numbers()
    jwk = {"kty": "RSA", "e": "AQAB", "n": b64(numbers.n.to_bytes(256, "big"))}
    return rs256(target.claims(site), STRANGER, {**RS256, "jwk": jwk})


def numeric(claim: str, value: object) -> tuple[str, Callable[[Target, JiraSite], str]]:
    return changed(f"{claim} {value!r}", {claim: value})


UNSIGNED: tuple[object, ...] = ("none", "None", "NONE", "nOnE", "", "HS256", "RS256", None, 0, [], {"a": 1})
ODD_ALGORITHMS: tuple[object, ...] = (["HS256"], ["RS256"], True, "HS256 ", "RS256\x00")
STRANGER = generate_private_key(65537, 2048)
OTHER_SECRET = "the shared secret of the site other, made up"

FORGERIES: tuple[tuple[str, Callable[[Target, JiraSite], str]], ...] = (
    *(unsigned(name) for name in UNSIGNED),
    *(
        headed(f"alg {alg!r}", {"alg": alg})
        for alg in ("HS384", "HS512", "hs256", "rs256", "PS256", "ES256", "none")
    ),
    *(headed(f"alg {name!r}", {"alg": name}) for name in ODD_ALGORITHMS),
    headed("crit", {"crit": ["exp"]}),
    headed("crit of b64", {"crit": ["b64"], "b64": False}),
    headed("b64 true", {"b64": True}),
    headed("zip", {"zip": "DEF"}),
    headed("nested", {"cty": "JWT"}),
    headed("another type", {"typ": "at+jwt"}),
    headed("type a number", {"typ": 7}),
    headed("jku", {"jku": "https://evil.example.com/keys"}),
    headed("x5u", {"x5u": "https://evil.example.com/cert"}),
    headed("x5c", {"x5c": ["MIIB"]}),
    ("embedded key", with_embedded_key),
    ("the other algorithm", other_algorithm),
    ("an HMAC called RS256", renamed_algorithm),
    ("context for page or the reverse", of_context),
    ("a session token", of_session),
    ("a session signed with the shared secret", session_by_secret),
    ("a session signed with zeros", session_by_all_zero),
    ("another secret", by_another_secret),
    ("a short secret", by_short_secret),
    ("an empty secret", by_empty_secret),
    ("another site's", by_other_site),
    *(without(claim) for claim in ("iss", "iat", "exp", "qsh")),
    *(changed(name, change) for name, change in TIMES),
    *(numeric("exp", value) for value in NUMBERS),
    *(numeric("iat", value) for value in NUMBERS),
    *(
        changed(f"iss {value!r}"[:40], {"iss": value})
        for value in (*WRONG_TYPES, None, "key-of-nobody", "../acme")
    ),
    *(changed(f"qsh {value!r}"[:40], {"qsh": value}) for value in (*WRONG_TYPES, None, "0" * 64)),
    *(changed(f"sub {value!r}"[:40], {"sub": value}) for value in WRONG_TYPES),
    *(
        changed(f"aud {value!r}"[:40], {"aud": value})
        for value in (7, {"a": 1}, [7], [None], None, "x", ["x"], True)
    ),
    changed("qsh of another path", {"qsh": qsh("GET", "/configure")}),
    changed("qsh of another method", {"qsh": qsh("PUT", "/probe/page")}),
    changed("qsh in capitals", {"qsh": qsh("GET", "/probe/page").upper()}),
    bent("no signature", lambda token: token.rpartition(".")[0] + "."),
    bent("two parts", lambda token: token.rpartition(".")[0]),
    bent("four parts", lambda token: token + ".e30"),
    bent("five parts", lambda token: token + ".e30.e30"),
    bent("leading dot", lambda token: "." + token),
    bent("padded signature", lambda token: token + "="),
    bent("padded everywhere", lambda token: ".".join(part + "==" for part in token.split("."))),
    bent("loose last bits", loose_bits),
    bent("cut", lambda token: token[:-4]),
    bent("standard alphabet", lambda token: token[:-2] + "+/"),
    bent("a line break", lambda token: token.replace(".", ".\n", 1)),
    bent("a space inside", lambda token: token.replace(".", " .", 1)),
    bent("a space before", lambda token: " " + token),
    bent("a tab after", lambda token: token + "\t"),
    bent("a null byte", lambda token: token + "\x00"),
    bent("in quotes", lambda token: f'"{token}"'),
    bent("full-width dots", lambda token: token.replace(".", "\uff0e")),
    bent("encoded twice", lambda token: quote(quote(token.replace(".", "%2E"), safe=""), safe="")),
    bent("encoded in base64", lambda token: b64(token.encode())),
    bent("two, with a comma", lambda token: f"{token},{token}"),
    bent("two, with a space", lambda token: f"{token} {token}"),
    bent("huge", lambda token: token + "A" * 100_000),
    bent("long header", lambda token: "A" * 9000 + token),
    ("empty", lambda _target, _site: ""),
    ("dots", lambda _target, _site: ".."),
    ("words", lambda _target, _site: "let me in"),
    ("a list as payload", lambda target, site: target.sign(["iss"], site)),
    ("a text as payload", lambda target, site: target.sign("iss", site)),
    ("null as payload", lambda target, site: target.sign(None, site)),
    ("no JSON as payload", lambda target, site: target.sign(b"{iss:1}", site)),
    ("no UTF-8 as payload", lambda target, site: target.sign(b'{"iss":"\xff\xfe"}', site)),
    ("lone surrogate", lambda target, site: target.sign(b'{"iss":"\\ud800"}', site)),
    ("a byte order mark", lambda target, site: target.sign(b'\xef\xbb\xbf{"iss":"key-of-acme"}', site)),
    ("deep nesting", lambda target, site: target.sign(b'{"iss":' + b"[" * 2000 + b"]" * 2000 + b"}", site)),
    ("a list as header", lambda target, site: hs256(target.claims(site), site.secret, ["HS256"])),
    ("null as header", lambda target, site: hs256(target.claims(site), site.secret, b"null")),
    ("no JSON as header", lambda target, site: hs256(target.claims(site), site.secret, b"\x00\x01")),
    ("empty header", lambda target, site: hs256(target.claims(site), site.secret, {})),
)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the many is looked at for itself, however fast they come."""
    monkeypatch.setattr(stranger, "MOST_A_MINUTE", 1_000_000)


@pytest.fixture
def two_sites(site: JiraSite, new_site: Callable[[str], JiraSite]) -> JiraSite:
    """The site under attack; another one is installed beside it."""
    assert new_site("other").install().status_code == 204
    return site


def everything_stored(app: Flask) -> list[tuple[object, ...]]:
    with app.app_context(), app.extensions["timesheet"].transaction.reading() as session:
        return [
            tuple(row)
            for table in ("site", "site_setting", "person_setting")
            for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))
        ]


def test_there_are_many_forgeries_and_each_has_its_own_name() -> None:
    names = {name for name, _ in FORGERIES}
    assert len(names) >= 100
    assert len(names) >= len(FORGERIES) - 3


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_no_forged_token_is_let_in(app: Flask, two_sites: JiraSite, target: Target) -> None:
    app.config["MAX_CONTENT_LENGTH"] = None
    before = everything_stored(app)
    wrong: list[str] = []
    for name, forge in FORGERIES:
        token = forge(target, two_sites)
        if "\n" in token and target.place == "header":
            continue
        answer = target.call(two_sites.client, two_sites, token)
        if answer.status_code != 401 or answer.headers["WWW-Authenticate"] != "JWT":
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []
    assert everything_stored(app) == before


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_real_token_is_let_in(two_sites: JiraSite, target: Target) -> None:
    token = target.sign(target.claims(two_sites), two_sites)
    assert target.call(two_sites.client, two_sites, token).status_code in (200, 204)


@pytest.mark.parametrize(
    "target", [one for one in TARGETS if one.hashed != "context-qsh"], ids=lambda one: one.name
)
def test_a_token_at_two_places_is_refused(two_sites: JiraSite, target: Target) -> None:
    token = target.sign(target.claims(two_sites), two_sites)
    body: dict[str, Any] = {} if target.method == "GET" else {"json": two_sites.body()}
    answer = two_sites.client.open(
        f"{target.path}?jwt={token}", method=target.method, headers=bearing(token), **body
    )
    assert answer.status_code == 401
    twice = two_sites.client.open(f"{target.path}?jwt={token}&jwt={token}", method=target.method, **body)
    assert twice.status_code == 401


def test_a_token_in_a_form_is_refused(two_sites: JiraSite) -> None:
    token = two_sites.context_token()
    assert two_sites.client.post("/probe/call", data={"jwt": token}).status_code == 401
    assert (
        two_sites.client.post("/probe/call", data={"jwt": token}, headers=bearing(token)).status_code == 401
    )


@pytest.mark.parametrize("scheme", ["Bearer", "Basic", "JWT,", "jwt\t", ""])
def test_another_scheme_is_refused(two_sites: JiraSite, scheme: str) -> None:
    header = {"Authorization": f"{scheme} {two_sites.context_token()}"}
    assert two_sites.client.post("/probe/call", headers=header).status_code == 401


def test_the_installs_key_of_a_stranger_is_refused(
    app: Flask, two_sites: JiraSite, install_key: RSAPrivateKey
) -> None:
    attacker = JiraSite(
        two_sites.client, two_sites.clock, STRANGER, two_sites.client_key, two_sites.base_url, "known " * 8
    )
    before = everything_stored(app)
    assert attacker.install().status_code == 401
    assert attacker.uninstall().status_code == 401
    assert everything_stored(app) == before
