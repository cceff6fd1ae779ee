"""The RSA key pairs behind signed installs, each identified by its ``kid``."""

from __future__ import annotations

import uuid
from threading import Lock

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class InstallKeys:
    """Signs with the newest pair and serves the public half of every pair forever."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pairs: dict[str, rsa.RSAPrivateKey] = {}
        self._newest = ""

    def rotate(self) -> str:
        """Create a new pair for later installs and return its kid."""
        kid = str(uuid.uuid4())
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        with self._lock:
            self._pairs[kid] = key
            self._newest = kid
        return kid

    def signing(self) -> tuple[str, rsa.RSAPrivateKey]:
        """Return the kid and private key that sign now."""
        if not self._newest:
            self.rotate()
        return self._newest, self._pairs[self._newest]

    def public_pem(self, kid: str) -> str | None:
        """Return the PEM text of the public half, or None for a kid that was never issued."""
        pair = self._pairs.get(kid)
        if pair is None:
            return None
        return pair.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
