"""Connect's tokens: HS256 with a site's secret, RS256 with Atlassian's install keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from jwt.algorithms import HMACAlgorithm, RSAAlgorithm

from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.qsh import request_hash
from timesheet.adapters.crypto.compact import CompactToken, claim_seconds, encode, put_together, take_apart
from timesheet.adapters.http.clock import AHEAD_OF_US, TOO_EARLY, TOO_LATE
from timesheet.domain.errors import Unauthenticated
from timesheet.domain.identifier import is_atlassians
from timesheet.services.ports.authentication import SHORTEST_SECRET, Claims, SignedRequest, Token
from timesheet.services.ports.clock import Clock

LEEWAY = 30
LONGEST_LIFE = 30 * 60


class ConnectTokens:
    """Implements Tokens. A token may come from a clock 75 seconds ahead, expires 30 seconds late, and may be valid for
    at most 30 minutes.
    """

    def __init__(self, clock: Clock, install_keys: InstallKeys) -> None:
        self._clock, self._install_keys = clock, install_keys
        self._hmac = HMACAlgorithm(HMACAlgorithm.SHA256)
        self._rsa = RSAAlgorithm(RSAAlgorithm.SHA256)

    def read(self, text: str, algorithm: str) -> Token:
        """See Tokens."""
        return take_apart(text, algorithm)

    def verify(self, token: Token, secret: str) -> Claims:
        """See Tokens."""
        parts, key = _compact(token, "HS256"), secret.encode()
        if len(key) < SHORTEST_SECRET:
            raise Unauthenticated(reason="short-secret")
        if not self._hmac.verify(parts.signed, key, parts.signature):
            raise Unauthenticated(reason="bad-signature")
        return self._claims(parts.payload)

    def verify_install(self, token: Token) -> Claims:
        """See Tokens."""
        parts = _compact(token, "RS256")
        claims = self._claims(parts.payload)
        key = self._install_keys.public_key(parts.header.get("kid"))
        if self._rsa.check_key_length(key) is not None:
            raise Unauthenticated(reason="short-key")
        if not self._rsa.verify(parts.signed, key, parts.signature):
            raise Unauthenticated(reason="bad-signature")
        return replace(claims, digest=sha256(parts.signed).hexdigest())

    def request_hash(self, request: SignedRequest) -> str:
        """See Tokens."""
        return request_hash(request)

    def sign(self, claims: Claims, secret: str) -> str:
        """See Tokens."""
        payload: dict[str, Any] = {"iss": claims.issuer, "iat": claims.issued, "exp": claims.expires}
        optional = {"sub": claims.subject, "qsh": claims.qsh, "aud": list(claims.audience)}
        payload |= {name: value for name, value in optional.items() if value}
        return sign_payload(payload, secret)

    def _claims(self, payload: Mapping[str, Any]) -> Claims:
        claims = read_claims(payload)
        now = int(self._clock().timestamp())
        if not 0 < claims.expires - claims.issued <= LONGEST_LIFE:
            raise Unauthenticated(reason="life")
        if max(claims.issued, claim_seconds(payload, "nbf", claims.issued)) > now + AHEAD_OF_US:
            raise Unauthenticated(TOO_EARLY, reason="not-yet")
        if claims.expires + LEEWAY <= now:
            raise Unauthenticated(TOO_LATE, reason="expired")
        return claims


def sign_payload(payload: Mapping[str, Any], secret: str) -> str:
    """Return an HS256 token with any claims, such as assertions and calls to Jira."""
    signed = put_together({"alg": "HS256", "typ": "JWT"}, payload)
    signature = HMACAlgorithm(HMACAlgorithm.SHA256).sign(signed.encode(), secret.encode())
    return f"{signed}.{encode(signature)}"


def read_claims(payload: Mapping[str, Any]) -> Claims:
    """Return the claims that the app knows. Refuse one whose type differs from the contract."""
    audience = payload.get("aud", [])
    audience = [audience] if isinstance(audience, str) else audience
    if not (isinstance(audience, list) and all(isinstance(one, str) for one in audience)):
        raise Unauthenticated(reason="type-of-aud")
    return Claims(
        issuer=_text(payload, "iss") or "",
        issued=claim_seconds(payload, "iat"),
        expires=claim_seconds(payload, "exp"),
        subject=_person(payload),
        qsh=_text(payload, "qsh"),
        audience=tuple(audience),
    )


def _compact(token: Token, algorithm: str) -> CompactToken:
    if not isinstance(token, CompactToken) or token.header["alg"] != algorithm:
        raise Unauthenticated(reason="wrong-algorithm")
    return token


def _text(payload: Mapping[str, Any], name: str) -> str | None:
    if name not in payload:
        return None
    value = payload[name]
    if isinstance(value, str) and 0 < len(value) <= 255 and value.isascii() and value.isprintable():
        return value
    raise Unauthenticated(reason=f"type-of-{name}")


def _person(payload: Mapping[str, Any]) -> str | None:
    """Return the account id of the person. Refuse one that Atlassian would not give, and that no table could store."""
    subject = _text(payload, "sub")
    if subject is not None and not is_atlassians(subject):
        raise Unauthenticated(reason="type-of-sub")
    return subject
