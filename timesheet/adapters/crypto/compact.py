"""Parse compact JSON Web Tokens strictly: one encoding for each token, no extensions."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson

from timesheet.domain.errors import Unauthenticated

LONGEST, LONGEST_FOREIGN = 8192, 32_768
LATEST = 2**40
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")
_HEADER = {"alg", "typ", "kid", "cty"}


@dataclass(frozen=True, slots=True)
class CompactToken:
    """Header and payload of a token, with the text its signature covers. Nothing in it is verified yet."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    issuer: str

    @property
    def audience(self) -> str:
        """Return the only entry of the ``aud`` claim, otherwise an empty string."""
        match self.payload.get("aud"):
            case [str() as only] if only.isprintable():
                return only
        return ""


def take_apart(text: str, algorithm: str) -> CompactToken:
    """Parse a token. Raise Unauthenticated unless it is compact, of exactly ``algorithm``, and has an issuer."""
    parts = text.split(".") if len(text) <= LONGEST else []
    if len(parts) != 3:
        raise Unauthenticated(reason="not-a-token")
    header, payload = _header(parts[0], algorithm), _object(parts[1])
    issuer = payload.get("iss")
    if not (isinstance(issuer, str) and issuer and issuer.isprintable()):
        raise Unauthenticated(reason="no-issuer")
    return CompactToken(header, payload, f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2]), issuer)


def put_together(header: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """Return the part of a token that its signature covers."""
    return f"{encode(orjson.dumps(header))}.{encode(orjson.dumps(payload))}"


def encode(data: bytes) -> str:
    """Encode as base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def payload_of(text: str) -> Mapping[str, Any]:
    """Return the claims of somebody else's token without verifying anything; empty if there are none to read."""
    parts = text.split(".") if len(text) <= LONGEST_FOREIGN else []
    if len(parts) != 3:
        return {}
    try:
        return _object(parts[1])
    except Unauthenticated:
        return {}


def claim_seconds(payload: Mapping[str, Any], name: str, absent: int | None = None) -> int:
    """Return a whole or fractional number of epoch seconds; booleans, texts, and absurd values are refused."""
    value = payload.get(name, absent)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < LATEST:
        raise Unauthenticated(reason=f"type-of-{name}")
    return int(value)


@lru_cache(maxsize=64)
def _header(segment: str, algorithm: str) -> Mapping[str, Any]:
    """Parse and check a header. The tokens of one issuer have the same, so it is done once for each."""
    header = _object(segment)
    if header.get("alg") != algorithm:
        raise Unauthenticated(reason="wrong-algorithm")
    if not _HEADER.issuperset(header):
        raise Unauthenticated(reason="unknown-header")
    if not _is_jwt(header.get("typ", "JWT")) or "cty" in header:
        raise Unauthenticated(reason="wrong-type")
    return MappingProxyType(header)


def _is_jwt(kind: object) -> bool:
    """Return True for ``JWT`` in any case: types of media have none, and RFC 7519 (5.1) only recommends capitals."""
    return isinstance(kind, str) and kind.upper() == "JWT"


def _object(segment: str) -> Mapping[str, Any]:
    data = _decode(segment)
    try:
        value = orjson.loads(data)
        json.loads(data, object_pairs_hook=_refuse_duplicates)
    except (ValueError, RecursionError):
        raise Unauthenticated(reason="not-json") from None
    if not isinstance(value, dict):
        raise Unauthenticated(reason="not-an-object")
    return value


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> None:
    """Refuse duplicate names, because parsers differ on which of two equal names counts."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name twice")


def _decode(segment: str) -> bytes:
    """Decode base64url in its one canonical form: no padding, no stray characters, no surplus bits."""
    if not _SEGMENT.fullmatch(segment) or len(segment) % 4 == 1:
        raise Unauthenticated(reason="not-base64url")
    data = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if urlsafe_b64encode(data).rstrip(b"=") != segment.encode():
        raise Unauthenticated(reason="not-canonical")
    return data
