"""Tokens as Jira creates them, and as nobody should: any header, any claims, any signature."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
APP_KEY = "open-timesheet"
BASE_URL = "https://timesheet.example.com"
KEYS_URL = "https://keys.example.com"
KID = "11f5b43e-6a1e-4f5b-9d0e-0a6c0d5e9c11"
FORGE_APP = "ari:cloud:ecosystem::app/4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c"
JWKS_URL = "https://forge.example.com/.well-known/jwks.json"
HS256: Mapping[str, Any] = {"alg": "HS256", "typ": "JWT"}


class SettableClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def segment(value: object) -> str:
    return b64(value if isinstance(value, bytes) else json.dumps(value).encode())


def hs256(claims: object, secret: str | bytes, header: object = HS256) -> str:
    signed = f"{segment(header)}.{segment(claims)}"
    key = secret if isinstance(secret, bytes) else secret.encode()
    return f"{signed}.{b64(hmac.new(key, signed.encode(), sha256).digest())}"


def rs256(claims: object, key: RSAPrivateKey, header: object) -> str:
    signed = f"{segment(header)}.{segment(claims)}"
    return f"{signed}.{b64(key.sign(signed.encode(), PKCS1v15(), hashes.SHA256()))}"


def qsh(method: str, path: str, query: Mapping[str, str] | None = None) -> str:
    """Return the hash for plain paths and single values; the exact rules have vectors of their own."""
    encoded = [(quote(k, safe="-._~"), quote(v, safe="-._~")) for k, v in sorted((query or {}).items())]
    return sha256(f"{method}&{path}&{'&'.join(f'{k}={v}' for k, v in encoded)}".encode()).hexdigest()


def claims_of(
    client_key: str, account: str | None, hashed: str, now: datetime, life: int = 180
) -> dict[str, Any]:
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": client_key,
        "iat": issued,
        "exp": issued + life,
        "qsh": hashed,
        "context": {},
    }
    return claims | ({"sub": account} if account else {})


def page_url(path: str, token: str, query: Mapping[str, str] | None = None) -> str:
    return f"{path}?{urlencode({**(query or {}), 'jwt': token})}"


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"JWT {token}"}
