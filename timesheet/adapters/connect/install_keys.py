"""Atlassian's public keys for signed installs: one PEM text for each kid, which never changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from threading import BoundedSemaphore, Lock

import requests
from cachetools import LRUCache, TTLCache
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from timesheet.adapters.http.key_server import read_key
from timesheet.domain.errors import AppBusy, JiraUnavailable, Unauthenticated
from timesheet.domain.message import message

LARGEST_PEM = 16_384
PATIENCE = 2.0
MOST_AT_ONCE = 6
_KID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
RETRY_SECONDS = 10
SILENT = message(
    "Atlassian’s key server did not answer, so the installation could not be verified. Try again in a minute."
)
BUSY = message(
    "Timesheet is verifying several installations at this moment, so this one was not verified. "
    "Try again in {retry_seconds} seconds.",
    retry_seconds=RETRY_SECONDS,
)


class InstallKeys:
    """Fetches keys from the first server that has them.

    Unknown kids are remembered for a minute, and only two fetches run at once while a few wait, so forged
    tokens can neither make the app overload the servers nor occupy its threads.
    """

    def __init__(self, servers: Sequence[str], http: requests.Session) -> None:
        self._servers, self._http = tuple(servers), http
        self._keys: LRUCache[str, RSAPublicKey] = LRUCache(64)
        self._unknown: TTLCache[str, None] = TTLCache(1000, 60)
        self._lock, self._fetches, self._queue = Lock(), BoundedSemaphore(2), BoundedSemaphore(MOST_AT_ONCE)

    def public_key(self, kid: object) -> RSAPublicKey:
        """Return the key. Raise Unauthenticated if no server knows the kid, JiraUnavailable if none responds."""
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            raise Unauthenticated(reason="kid-shape")
        with self._lock:
            key, unknown = self._keys.get(kid), kid in self._unknown
        if unknown:
            raise Unauthenticated(reason="unknown-kid")
        return key or self._fetch_in_turn(kid)

    def _fetch_in_turn(self, kid: str) -> RSAPublicKey:
        if not self._queue.acquire(blocking=False):
            raise AppBusy(BUSY, retry_after=RETRY_SECONDS, reason="installs")
        try:
            return self._fetch_one(kid)
        finally:
            self._queue.release()

    def _fetch_one(self, kid: str) -> RSAPublicKey:
        if not self._fetches.acquire(timeout=PATIENCE):
            raise AppBusy(BUSY, retry_after=RETRY_SECONDS, reason="installs")
        try:
            key = self._fetch(kid)
        finally:
            self._fetches.release()
        with self._lock:
            if key is None:
                self._unknown[kid] = None
                raise Unauthenticated(reason="unknown-kid")
            self._keys[kid] = key
        return key

    def _fetch(self, kid: str) -> RSAPublicKey | None:
        """Return None if no server had the key and at least one said that it does not know the kid."""
        denied = False
        for server in self._servers:
            status, pem = read_key(self._http, f"{server}/{kid}", LARGEST_PEM)
            if status == 200 and (key := _public_key(pem)):
                return key
            denied = denied or status in (200, 400, 403, 404)
        if not denied:
            raise JiraUnavailable(SILENT, status=503)
        return None


def _public_key(pem: bytes) -> RSAPublicKey | None:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None
