"""Encrypt secrets at rest."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretBoxError(RuntimeError):
    """A stored secret that none of the keys decrypts: a key is missing from ENCRYPTION_KEYS."""


class SecretBox:
    """Encrypts with the first key and decrypts with any."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, secret: str) -> str:
        """Return the encrypted secret as ASCII text."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return the decrypted secret. Raise SecretBoxError if no key fits."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SecretBoxError("ENCRYPTION_KEYS: no key opens a stored secret") from None

    def reseal(self, sealed: str) -> str:
        """Return the same secret encrypted with the first key."""
        try:
            return self._fernet.rotate(sealed).decode("ascii")
        except InvalidToken:
            raise SecretBoxError("ENCRYPTION_KEYS: no key opens a stored secret") from None
