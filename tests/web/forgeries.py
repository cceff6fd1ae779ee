"""Over two hundred ways to forge a token, or to write down a good one wrongly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.web.conftest import JiraSite, pem
from tests.web.signing import APP_KEY, HS256, KID, b64, hs256, qsh, rs256, segment
from tests.web.token_targets import IAT, RS256, SESSION, Claims, Target, session_secret

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
    [[["x"]]],
    {"iss": {"iss": "key-of-acme"}},
    1e300,
    10**30,
    float("nan"),
    float("inf"),
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
    """Sessions have no ``qsh``; what they cannot do without is the ``aud``."""

    def forge(target: Target, site: JiraSite) -> str:
        missing = "aud" if (target.signed_with, claim) == (SESSION, "qsh") else claim
        return target.sign({k: v for k, v in target.claims(site).items() if k != missing}, site)

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
    if target.name.startswith("call"):
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


def session_of_other(target: Target, site: JiraSite) -> str:
    """A session with the first site's name and the key that the app made for the second one."""
    claims = {"iss": APP_KEY, "sub": site.account, "aud": [site.client_key], "iat": IAT, "exp": IAT + 900}
    return hs256(claims, session_secret(replace(site, client_key="key-of-other")))


def spelled(name: str, spell: Callable[[bytes], bytes]) -> tuple[str, Callable[[Target, JiraSite], str]]:
    """The claims in another spelling of JSON, which the signature covers."""
    return name, lambda target, site: target.sign(spell(json.dumps(target.claims(site)).encode()), site)


def with_header(name: str, spell: Callable[[bytes], bytes]) -> tuple[str, Callable[[Target, JiraSite], str]]:
    """The same for the header."""

    def forge(target: Target, site: JiraSite) -> str:
        header = RS256 if target.signed_with == "RS256" else HS256
        return target.seal(target.claims(site), spell(json.dumps(header).encode()), site)

    return name, forge


def said_twice(name: str, first: object) -> Callable[[bytes], bytes]:
    """A name of an object twice, where the object has it, else the issuer's: readers differ on which one counts."""

    def spell(text: bytes) -> bytes:
        known = f'"{name}": ' if f'"{name}": '.encode() in text else '"iss": '
        return b"{" + known.encode() + json.dumps(first).encode() + b", " + text[1:]

    return spell


def by_small_key(target: Target, site: JiraSite) -> str:
    """An RSA signature of 1024 bits under the name of the real key."""
    return rs256(target.claims(site), SMALL, RS256)


def with_embedded_key(target: Target, site: JiraSite) -> str:
    numbers = STRANGER.public_key().public_numbers()
    jwk = {"kty": "RSA", "e": "AQAB", "n": b64(numbers.n.to_bytes(256, "big"))}
    return rs256(target.claims(site), STRANGER, {**RS256, "jwk": jwk})


def numeric(claim: str, value: object) -> tuple[str, Callable[[Target, JiraSite], str]]:
    return changed(f"{claim} {value!r}", {claim: value})


UNSIGNED: tuple[object, ...] = ("none", "None", "NONE", "nOnE", "", "HS256", "RS256", None, 0, [], {"a": 1})
ODD_ALGORITHMS: tuple[object, ...] = (["HS256"], ["RS256"], True, "HS256 ", "RS256\x00")
STRANGER = generate_private_key(65537, 2048)
SMALL = generate_private_key(65537, 1024)
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
    ("a small key", by_small_key),
    ("another site's session", session_of_other),
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
        for value in (
            7,
            {"a": 1},
            [7],
            [None],
            None,
            "x",
            ["x"],
            True,
            1.5,
            [["key-of-acme"]],
            ["key-of-acme", 7],
            float("nan"),
        )
    ),
    changed("qsh of another path", {"qsh": qsh("GET", "/configure")}),
    changed("qsh of another method", {"qsh": qsh("PUT", "/probe/page")}),
    changed("qsh in capitals", {"qsh": qsh("GET", "/probe/page").upper()}),
    *(
        spelled(f"{name} twice", said_twice(name, first))
        for name, first in (
            ("iss", "key-of-other"),
            ("exp", IAT - 1),
            ("iat", IAT),
            ("sub", "somebody-else"),
            ("qsh", "0" * 64),
            ("aud", ["key-of-other"]),
            ("context", {}),
        )
    ),
    spelled("iss twice, once in escapes", lambda text: b'{"\\u0069ss": "key-of-other", ' + text[1:]),
    spelled("a name twice further inside", lambda text: b'{"x": [{"a": 1, "a": 2}], ' + text[1:]),
    *(
        spelled(f"exp as {text}", lambda claims, text=text: re.sub(rb'"exp": \d+', b'"exp": ' + text, claims))
        for text in (b"1e400", b"-0", b"NaN", b"Infinity", b"0x7fffffff", b"+1", b"1795510980.", b"")
    ),
    spelled("a comment in the claims", lambda text: b"/* */" + text),
    spelled("more after the claims", lambda text: text + b"{}"),
    spelled("claims in UTF-16", lambda text: text.decode().encode("utf-16")),
    with_header("alg twice", said_twice("alg", "none")),
    with_header("kid twice", lambda text: b'{"kid": "a", "kid": "b", ' + text[1:]),
    with_header("more after the header", lambda text: text + b" {}"),
    with_header(
        "a header as deep as a well", lambda text: b'{"typ": ' + b"[" * 1500 + b"]" * 1500 + b", " + text[1:]
    ),
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
    bent("a space of no width", lambda token: token.replace(".", ".\u200b", 1)),
    bent("from right to left", lambda token: "\u202e" + token),
    bent("a Cyrillic letter", lambda token: token.replace("e", "\u0435", 1)),
    bent("a byte order mark before", lambda token: "\ufeff" + token),
    bent("a form feed after", lambda token: token + "\f"),
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
