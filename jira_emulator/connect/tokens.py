"""Connect's signed tokens: those that Jira signs for apps, and those it accepts from them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

PAGE_SECONDS = 180
CONTEXT_SECONDS = 900
LEEWAY_SECONDS = 30

Claims = dict[str, Any]


class TokenRefused(Exception):
    """A token is malformed, wrongly signed, expired, or meant for somebody else."""


def sign_shared(claims: Mapping[str, Any], secret: str) -> str:
    """Sign with HS256 and the secret that a site shares with one app."""
    return jwt.encode(dict(claims), secret, algorithm="HS256")


def sign_install(claims: Mapping[str, Any], key: RSAPrivateKey, kid: str) -> str:
    """Sign with RS256 and an install key whose public half is served under ``kid``."""
    return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": kid})


def times(now: datetime, seconds: int) -> Claims:
    """Return ``iat`` and ``exp`` in seconds since the epoch for a token that is valid for ``seconds``."""
    issued = int(now.timestamp())
    return {"iat": issued, "exp": issued + seconds}


def unverified_issuer(token: str) -> str:
    """Return the ``iss`` a token claims, to look up the secret. Raise TokenRefused if it cannot be read."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise TokenRefused("The token cannot be parsed") from error
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise TokenRefused("The token has no issuer")
    return issuer


def read_shared(token: str, secret: str, now: datetime) -> Claims:
    """Return the claims of an HS256 token whose signature and times are valid at ``now``. Raise TokenRefused."""
    options: Any = {
        "require": ["iss", "iat", "exp"],
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_aud": False,
    }
    try:
        claims: Claims = jwt.decode(token, secret, algorithms=["HS256"], options=options)
    except (jwt.InvalidTokenError, TypeError, ValueError) as error:
        raise TokenRefused("The signature or a required claim is wrong") from error
    moment = now.timestamp()
    if not all(_is_time(claims[name]) for name in ("iat", "exp")):
        raise TokenRefused("iat and exp must be numbers of seconds")
    if claims["exp"] < moment - LEEWAY_SECONDS:
        raise TokenRefused("The token has expired")
    if claims["iat"] > moment + LEEWAY_SECONDS:
        raise TokenRefused("The token was issued in the future")
    return claims


def same_text(left: object, right: str) -> bool:
    """Compare a claim of any type with the expected text, in constant time."""
    return isinstance(left, str) and hmac.compare_digest(left.encode(), right.encode())


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11
