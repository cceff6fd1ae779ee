"""The RSA key pairs behind invocation tokens, and the key set that apps read."""

from __future__ import annotations

import uuid
from base64 import urlsafe_b64encode
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa


class InvocationKeys:
    """Signs with the newest pair; a rotation is unannounced, and a retired pair is no longer served."""

    def __init__(self) -> None:
        self._lock, self._first = Lock(), Lock()
        self._pairs: dict[str, rsa.RSAPrivateKey] = {}

    def rotate(self, *, retire: bool = False) -> str:
        """Create a new pair and return its kid; with ``retire`` the earlier ones are no longer served."""
        kid = f"forge/invocation-token/wf-{uuid.uuid4()}"
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        with self._lock:
            self._pairs = {kid: key} if retire else {**self._pairs, kid: key}
        return kid

    def signing(self) -> tuple[str, rsa.RSAPrivateKey]:
        """Return the kid and private key that sign now."""
        with self._first:
            if not self._pairs:
                self.rotate()
        kid, key = next(reversed(self._pairs.items()))
        return kid, key

    def key_set(self) -> dict[str, Any]:
        """Return the public halves as Atlassian serves them: numbers in padded base64url."""
        self.signing()
        return {"keys": [_entry(kid, pair) for kid, pair in self._pairs.items()]}


def _entry(kid: str, pair: rsa.RSAPrivateKey) -> dict[str, Any]:
    numbers = pair.public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": kid,
        "n": _padded(numbers.n),
        "e": _padded(numbers.e),
    }


def _padded(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()
