"""Functions that forge a token, or encode a valid one wrongly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.web.conftest import JiraSite, pem
from tests.web.support.signing import APP_KEY, HS256, KID, b64, hs256, qsh, rs256, segment
from tests.web.support.token_targets import IAT, RS256, SESSION, Claims, Target, session_secret

Forge = tuple[str, Callable[[Target, JiraSite], str]]
STRANGER = generate_private_key(65537, 2048)
SMALL = generate_private_key(65537, 1024)
OTHER_SECRET = "the shared secret of the site other, made up"


def changed(name: str, change: Claims) -> Forge:
    return name, lambda target, site: target.sign(target.claims(site) | change, site)


def without(claim: str) -> Forge:
    """Remove a claim; sessions have no ``qsh``, so their required claim is ``aud``."""

    def forge(target: Target, site: JiraSite) -> str:
        missing = "aud" if (target.signed_with, claim) == (SESSION, "qsh") else claim
        return target.sign({k: v for k, v in target.claims(site).items() if k != missing}, site)

    return f"no {claim}", forge


def headed(name: str, header: Mapping[str, Any]) -> Forge:
    return name, lambda target, site: target.sign(target.claims(site), site, header)


def bent(name: str, bend: Callable[[str], str]) -> Forge:
    return name, lambda target, site: bend(target.sign(target.claims(site), site))


def unsigned(alg: object) -> Forge:
    def forge(target: Target, site: JiraSite) -> str:
        return f"{segment({'alg': alg, 'typ': 'JWT'})}.{segment(target.claims(site))}."

    return f"alg {alg!r} without signature", forge


def loose_bits(token: str) -> str:
    """Return another encoding of the same signature: its last character contains bits that decoders drop."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + alphabet[alphabet.index(token[-1]) ^ 1]


def other_algorithm(target: Target, site: JiraSite) -> str:
    """Sign HS256 keyed with the public key where RS256 is required, RS256 where HS256 is required."""
    if target.signed_with == "RS256":
        return hs256(target.claims(site), pem(site.key), {"alg": "HS256", "typ": "JWT", "kid": KID})
    return rs256(target.claims(site), site.key, RS256)


def renamed_algorithm(target: Target, site: JiraSite) -> str:
    """Sign with an HMAC of the public key, while the header says RS256."""
    return hs256(target.claims(site), pem(site.key), RS256)


def of_context(target: Target, site: JiraSite) -> str:
    """Return a context token where a request hash is required, a hashed one where a context token is required."""
    hashed = qsh(target.method, target.path) if target.hashed == "context-qsh" else "context-qsh"
    return target.sign(target.claims(site) | {"qsh": hashed}, site)


def of_session(target: Target, site: JiraSite) -> str:
    """Return a session token of the app on a route that must refuse it; for calls, one with a foreign site."""
    if target.name.startswith("call"):
        claims = {"iss": APP_KEY, "sub": site.account, "aud": ["key-of-nobody"], "iat": IAT, "exp": IAT + 900}
        return hs256(claims, site.secret)
    return site.session_token()


def session_by_secret(target: Target, site: JiraSite) -> str:
    """Return a session token signed with the shared secret instead of the app's own key."""
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
    """Sign with the second site's secret under the first one's name."""
    if target.signed_with == "RS256":
        return rs256(target.claims(site) | {"iss": "key-of-other"}, site.key, RS256)
    return hs256(target.claims(site), OTHER_SECRET)


def session_of_other(target: Target, site: JiraSite) -> str:
    """Return a session with the first site's name and the key that the app derived for the second one."""
    claims = {"iss": APP_KEY, "sub": site.account, "aud": [site.client_key], "iat": IAT, "exp": IAT + 900}
    return hs256(claims, session_secret(replace(site, client_key="key-of-other")))


def spelled(name: str, spell: Callable[[bytes], bytes]) -> Forge:
    """Return the claims in another encoding of JSON, which the signature covers."""
    return name, lambda target, site: target.sign(spell(json.dumps(target.claims(site)).encode()), site)


def with_header(name: str, spell: Callable[[bytes], bytes]) -> Forge:
    """Return the same for the header."""

    def forge(target: Target, site: JiraSite) -> str:
        header = RS256 if target.signed_with == "RS256" else HS256
        return target.seal(target.claims(site), spell(json.dumps(header).encode()), site)

    return name, forge


def said_twice(name: str, first: object) -> Callable[[bytes], bytes]:
    """Duplicate a name of an object, or the issuer's: parsers differ on which one counts."""

    def spell(text: bytes) -> bytes:
        known = f'"{name}": ' if f'"{name}": '.encode() in text else '"iss": '
        return b"{" + known.encode() + json.dumps(first).encode() + b", " + text[1:]

    return spell


def ends_at(text: str) -> Callable[[bytes], bytes]:
    """Return the claims with an ``exp`` in this form."""
    return lambda claims: re.sub(rb'"exp": \d+', b'"exp": ' + text.encode(), claims)


def by_small_key(target: Target, site: JiraSite) -> str:
    """Return an RSA signature of 1024 bits under the name of the real key."""
    return rs256(target.claims(site), SMALL, RS256)


def with_embedded_key(target: Target, site: JiraSite) -> str:
    numbers = STRANGER.public_key().public_numbers()
    jwk = {"kty": "RSA", "e": "AQAB", "n": b64(numbers.n.to_bytes(256, "big"))}
    return rs256(target.claims(site), STRANGER, {**RS256, "jwk": jwk})


def numeric(claim: str, value: object) -> Forge:
    return changed(f"{claim} {value!r}", {claim: value})
