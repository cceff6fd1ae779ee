"""Encrypt cached values: fast, bound to their key, and for bytes that are kept for hours at most."""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SALT_BYTES, NONCE_BYTES = 16, 12
MARK_BYTES = SALT_BYTES + NONCE_BYTES
"""The number of bytes at the start of a sealed value that distinguish it from every other one."""

PURPOSE = b"timesheet cache 2"


class CacheBox:
    """Encrypts with AES-256-GCM under the first key, and decrypts with any.

    Each process derives a key of its own from a random salt, because random nonces may only be used for some
    billion values with one key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [base64.urlsafe_b64decode(key) for key in keys]
        self._salt = os.urandom(SALT_BYTES)
        self._cipher = lru_cache(maxsize=256)(_cipher)

    def seal(self, name: str, data: bytes) -> bytes:
        """Return ``data`` encrypted, so that it opens only under the same ``name``."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher(self._keys[0], self._salt).encrypt(nonce, data, name.encode())
        return self._salt + nonce + sealed

    def open(self, name: str, sealed: bytes) -> bytes:
        """Return the original bytes. Raise ValueError if they were not sealed by this app under ``name``."""
        salt, nonce, content = sealed[:SALT_BYTES], sealed[SALT_BYTES:MARK_BYTES], sealed[MARK_BYTES:]
        if len(nonce) == NONCE_BYTES:
            for key in self._keys:
                try:
                    return self._cipher(key, salt).decrypt(nonce, content, name.encode())
                except InvalidTag:
                    continue
        raise ValueError("not sealed by this app")


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(key, PURPOSE + salt, "sha256"))
