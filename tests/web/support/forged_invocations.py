"""Over a hundred forged invocation tokens, each with its own name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.web.conftest import pem
from tests.web.support.forge_site import INSTALLATIONS, ForgeSite, jwk
from tests.web.support.forging import loose_bits
from tests.web.support.signing import APP_KEY, NOW, b64, hs256, rs256, segment

Forge = tuple[str, Callable[[ForgeSite], str]]
STRANGER, SMALL = generate_private_key(65537, 2048), generate_private_key(65537, 1024)
IAT = int(NOW.timestamp())
OTHER_APP = "ari:cloud:ecosystem::app/00000000-0000-4000-8000-000000000000"
WRONG: tuple[object, ...] = (True, 0, -1, 1.5, [], {}, ["x"], {"a": 1}, "", "é", "a b", "\x00", "x" * 300)
NUMBERS: tuple[object, ...] = (
    *(None, True, "soon", str(IAT + 25), [IAT + 25], {"at": IAT}, 0, -1, 1e300, 10**30),
    *(float("nan"), float("inf"), float("-inf")),
)


def headers(**header: Any) -> dict[str, Any]:
    return {"alg": "RS256", "typ": "JWT"} | header


def changed(name: str, **changes: Any) -> Forge:
    return name, lambda site: site.sign(site.claims() | changes)


def app(name: str, **changes: Any) -> Forge:
    return name, lambda site: site.sign(site.claims(app={**site.claims()["app"], **changes}))


def without(claim: str) -> Forge:
    return f"no {claim}", lambda site: site.sign(site.claims(**{claim: None}))


def app_without(member: str) -> Forge:
    return f"no app.{member}", lambda site: site.sign(site.claims(app=site.app_claim(**{member: None})))


def headed(name: str, **header: Any) -> Forge:
    return name, lambda site: site.sign(site.claims(), **header)


def _only_address(site: ForgeSite, address: str) -> str:
    """Return a token whose cloud id is only in the address of the API."""
    of_app = {**site.claims()["app"], "apiBaseUrl": address, "installation": {}}
    return site.sign(site.claims(app=of_app, context={}))


def bent(name: str, bend: Callable[[str], str]) -> Forge:
    return name, lambda site: bend(site.sign(site.claims()))


def spelled(name: str, spell: Callable[[bytes], bytes]) -> Forge:
    return name, lambda site: site.sign(spell(json.dumps(site.claims()).encode()))


def signed_by(name: str, key: Any, **header: Any) -> Forge:
    return name, lambda site: rs256(site.claims(), key, headers(kid=site.kid) | header)


def unsigned(alg: object) -> Forge:
    return (
        f"alg {alg!r} without signature",
        lambda site: f"{segment({'alg': alg, 'typ': 'JWT', 'kid': site.kid})}.{segment(site.claims())}.",
    )


def hmac_of_public_key(alg: str) -> Forge:
    """Sign with an HMAC keyed with the public key, in the form that a key set could be turned into."""
    return f"HMAC of the public key called {alg}", lambda site: hs256(
        site.claims(), pem(site.key), headers(alg=alg, kid=site.kid)
    )


def hmac_of_the_set(site: ForgeSite) -> str:
    return hs256(site.claims(), json.dumps(jwk(site.kid, site.key)), headers(alg="HS256", kid=site.kid))


def pss(site: ForgeSite) -> str:
    signed = f"{segment(headers(kid=site.kid))}.{segment(site.claims())}"
    padding = PSS(MGF1(hashes.SHA256()), 32)
    return f"{signed}.{b64(site.key.sign(signed.encode(), padding, hashes.SHA256()))}"


def times(name: str, **changes: Any) -> Forge:
    return changed(name, **changes)


def padded(token: str) -> str:
    head, payload, signature = token.split(".")
    return f"{head}.{payload}{'=' * (-len(payload) % 4) or '='}.{signature}"


ODD_ALGORITHMS: tuple[object, ...] = (["RS256"], True, 256, "RS256 ", "RS256\x00")
ODD_KIDS: tuple[object, ...] = (None, 7, "", [], "../jwks", "x" * 300, "é", "k\n", {"a": 1})
UNSIGNED: tuple[object, ...] = ("none", "None", "NONE", "", "RS256", "HS256", None, 0, [], {"a": 1})

FORGED: tuple[Forge, ...] = (
    *(unsigned(alg) for alg in UNSIGNED),
    *(
        headed(f"alg {alg}", alg=alg)
        for alg in ("RS384", "RS512", "PS256", "ES256", "HS256", "rs256", "none")
    ),
    *(headed(f"alg {alg!r}", alg=alg) for alg in ODD_ALGORITHMS),
    hmac_of_public_key("RS256"),
    hmac_of_public_key("HS256"),
    ("HMAC of the key set", hmac_of_the_set),
    ("RSA-PSS called RS256", pss),
    signed_by("another key under the real kid", STRANGER),
    signed_by("a small key under the real kid", SMALL),
    signed_by("another key under an unknown kid", STRANGER, kid="forge/invocation-token/wf-0"),
    signed_by("another key with itself in the header", STRANGER, jwk=jwk("x", STRANGER)),
    signed_by("another key with its address", STRANGER, jku="https://evil.example.com/jwks.json"),
    signed_by("another key with a certificate", STRANGER, x5c=["MIIB"]),
    signed_by("another key with a certificate's address", STRANGER, x5u="https://evil.example.com/x"),
    *(headed(f"kid {kid!r}"[:40], kid=kid) for kid in ODD_KIDS),
    headed("kid that is an address", kid="https://evil.example.com/k"),
    headed("crit", crit=["exp"]),
    headed("b64", b64=False, crit=["b64"]),
    headed("zip", zip="DEF"),
    headed("nested", cty="JWT"),
    headed("another type", typ="at+jwt"),
    *(without(claim) for claim in ("iss", "aud", "exp", "app")),
    ("no iat and no nbf", lambda site: site.sign(site.claims(iat=None, nbf=None))),
    *(changed(f"{claim} null", **{claim: None}) for claim in ("iss", "aud", "app")),
    *(
        app(f"app.{member} null", **{member: None})
        for member in ("installationId", "apiBaseUrl", "environment")
    ),
    *(app_without(member) for member in ("id", "installationId", "apiBaseUrl", "environment")),
    *(
        changed(f"iss {iss!r}"[:40], iss=iss)
        for iss in (*WRONG, "forge/invocation", "Forge/invocation-token", APP_KEY)
    ),
    *(changed(f"aud {aud!r}"[:40], aud=aud) for aud in (*WRONG, OTHER_APP, [OTHER_APP], "*")),
    ("aud two apps", lambda site: site.sign(site.claims(aud=[site.claims()["aud"], OTHER_APP]))),
    ("aud the bare id", lambda site: site.sign(site.claims(aud=site.claims()["aud"].rpartition("/")[2]))),
    *(changed(f"exp {value!r}", exp=value) for value in NUMBERS),
    *(changed(f"iat {value!r}", iat=value) for value in NUMBERS),
    *(changed(f"nbf {value!r}", nbf=value) for value in NUMBERS),
    times("expired", iat=IAT - 400, nbf=IAT - 400, exp=IAT - 375),
    times("just expired", iat=IAT - 35, nbf=IAT - 35, exp=IAT - 10),
    times("exp at iat", exp=IAT),
    times("exp before iat", exp=IAT - 1),
    times("an hour", exp=IAT + 3600),
    times("ten years", exp=IAT + 315_360_000),
    times("from the future", iat=IAT + 76, nbf=IAT + 76, exp=IAT + 101),
    times("not before 76 seconds from now", nbf=IAT + 76, exp=IAT + 101),
    *(changed(f"app {value!r}"[:40], app=value) for value in WRONG),
    *(app(f"app.id {value!r}"[:40], id=value) for value in (*WRONG, None, OTHER_APP)),
    *(app(f"installation {value!r}"[:40], installationId=value) for value in (*WRONG, "../x y")),
    app("another installation inside", installation={"id": INSTALLATIONS + "installation-of-other"}),
    *(app(f"environment {value!r}"[:40], environment=value) for value in WRONG),
    *(
        app(f"environment type {value!r}"[:40], environment={"type": value})
        for value in ("DEVELOPMENT", "STAGING", "production", None, ["PRODUCTION"], True, "")
    ),
    *(app(f"api {value!r}"[:40], apiBaseUrl=value) for value in WRONG),
    *(
        app(f"api {value}", apiBaseUrl=value)
        for value in (
            "https://evil.example.com/ex/jira/cloud-of-acme",
            "https://api.atlassian.com.evil.example.com/ex/jira/cloud-of-acme",
            "https://api.atlassian.com@evil.example.com/ex/jira/cloud-of-acme",
            "http://api.atlassian.com/ex/jira/cloud-of-acme",
            "https://api.atlassian.com/ex/jira/cloud-of-other",
            "https://api.atlassian.com/ex/jira/cloud-of-acme/../cloud-of-other",
            "https://api.atlassian.com/ex/jira/cloud-of-acme?",
            "https://api.atlassian.com:443/ex/jira/cloud-of-acme",
            "https://api.atlassian.com/ex/jira/cloud-of-acme/",
            "https://api.atlassian.com/ex/jira//cloud-of-acme",
            "https://api.atlassian.com./ex/jira/cloud-of-acme",
            "https://API.atlassian.com/ex/jira/cloud-of-acme",
            "https://user@api.atlassian.com/ex/jira/cloud-of-acme",
            "https://xn--api-atlassian-8ib.com/ex/jira/cloud-of-acme",
            "https://api.atlassian.com/ex/jira/cloud-of-acme#",
            "https://api.atlassian.com/ex/jira/cloud%2Dof-acme",
            " https://api.atlassian.com/ex/jira/cloud-of-acme",
            "//api.atlassian.com/ex/jira/cloud-of-acme",
        )
    ),
    *(
        (f"only the address {value}", lambda site, value=value: _only_address(site, value))
        for value in ("http://[", "https://[x]/ex/jira/a", "https://api.atlassian.com/ex/jira/", "\u2100")
    ),
    *(changed(f"context {value!r}"[:40], context=value) for value in WRONG if not isinstance(value, dict)),
    *(changed(f"cloud id {value!r}"[:40], context={"cloudId": value}) for value in WRONG),
    changed("another site's cloud id", context={"cloudId": "cloud-of-other"}),
    app("two cloud ids", installation={"contexts": [{"cloudId": "cloud-of-other"}]}),
    app("contexts no list", installation={"contexts": {"cloudId": "cloud-of-acme"}}),
    app("contexts of texts", installation={"contexts": ["cloud-of-acme"]}),
    *(changed(f"principal {value!r}"[:40], principal=value) for value in WRONG),
    changed("an isolated cloud", icLabel="acme"),
    app("an isolated cloud in app", icLabel="acme"),
    changed("an isolated cloud in context", context={"cloudId": "cloud-of-acme", "icLabel": ""}),
    spelled("iss twice", lambda text: b'{"iss": "x", ' + text[1:]),
    spelled("app twice", lambda text: b'{"app": {}, ' + text[1:]),
    spelled("principal twice", lambda text: b'{"principal": "somebody", ' + text[1:]),
    spelled("a name twice inside", lambda text: b'{"x": [{"a": 1, "a": 2}], ' + text[1:]),
    spelled("more after the claims", lambda text: text + b"{}"),
    spelled("claims in UTF-16", lambda text: text.decode().encode("utf-16")),
    spelled("a byte order mark in the claims", lambda text: b"\xef\xbb\xbf" + text),
    ("deep nesting", lambda site: site.sign(b'{"iss":' + b"[" * 2000 + b"]" * 2000 + b"}")),
    ("a list as payload", lambda site: site.sign(["iss"])),
    ("null as payload", lambda site: site.sign(None)),
    ("a lone surrogate", lambda site: site.sign(b'{"iss":"\\ud800"}')),
    ("a list as header", lambda site: rs256(site.claims(), site.key, ["RS256"])),
    ("an empty header", lambda site: rs256(site.claims(), site.key, {})),
    bent("no signature", lambda token: token.rpartition(".")[0] + "."),
    bent("two parts", lambda token: token.rpartition(".")[0]),
    bent("four parts", lambda token: token + ".e30"),
    bent("padded signature", lambda token: token + "=="),
    bent("padded payload", padded),
    bent("loose last bits", loose_bits),
    bent("cut", lambda token: token[:-4]),
    bent("standard alphabet", lambda token: token[:-2] + "+/"),
    bent("a space inside", lambda token: token.replace(".", " .", 1)),
    bent("in quotes", lambda token: f'"{token}"'),
    bent("two, with a comma", lambda token: f"{token},{token}"),
    bent("two, with a space", lambda token: f"{token} {token}"),
    bent("encoded twice", lambda token: quote(token.replace(".", "%2E"), safe="")),
    bent("encoded in base64", lambda token: b64(token.encode())),
    bent("long", lambda token: token + "A" * 9000),
    ("empty", lambda _: ""),
    ("dots", lambda _: ".."),
    ("words", lambda _: "let me in"),
    ("HS256 with a guessed secret", lambda site: hs256(site.claims(), b"")),
)
