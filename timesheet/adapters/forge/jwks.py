"""The public keys of invocation tokens, from the one address where Atlassian serves all of them (JWKS)."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore, Lock
from time import monotonic

import orjson
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from timesheet.adapters.http.key_server import read_key
from timesheet.domain.errors import JiraUnavailable, Unauthenticated
from timesheet.domain.message import message

LARGEST_SET = 262_144
LONGEST_KID = 255
MOST_KEYS = 100
SMALLEST_KEY, LARGEST_KEY = 2048, 8192
COOL_DOWN_SECONDS, COOL_DOWN_AFTER_ROTATION = 30.0, 2.0
PATIENCE = 8.0
MOST_WAITING = 120
"""The most requests that wait for a fetch at once: half of the threads of a process (docs/operate.md)."""
REFRESH_SECONDS = 3600.0
SILENT = message(
    "Atlassian’s key server did not answer, so the request could not be verified. Try again in a minute."
)

Keys = Mapping[str, RSAPublicKey]


class InvocationKeys:
    """Holds the current set of keys; a key that Atlassian no longer serves is no longer trusted.

    A kid is only ever looked up in the set and is never a part of an address. An unknown kid causes at most one fetch
    in 30 seconds, however many tokens name one, because Atlassian rotates its keys unannounced and anybody can invent
    a kid. If a fetch brought other keys, the next may follow in two seconds, because a rotation may have several
    steps; invented kids cannot cause one. While the server is slow, those of invented kids wait too, so not all may
    wait. A set older than an hour is fetched again; if that fails, it stays in use.
    """

    def __init__(self, address: str, http: requests.Session, timer: Callable[[], float] = monotonic) -> None:
        self._address, self._http, self._timer = address, http, timer
        self._keys: Keys = {}
        self._read_at = self._tried_at = self._next_at = float("-inf")
        self._lock, self._queue = Lock(), BoundedSemaphore(MOST_WAITING)

    def public_key(self, kid: object) -> RSAPublicKey:
        """Return the key. Raise Unauthenticated if Atlassian serves no such kid, JiraUnavailable if that is unknown."""
        if not (isinstance(kid, str) and 0 < len(kid) <= LONGEST_KID and kid.isascii() and kid.isprintable()):
            raise Unauthenticated(reason="kid-shape")
        key = self._keys.get(kid)
        if key is not None and self._timer() - self._read_at <= REFRESH_SECONDS:
            return key
        # A caller whose key is known does not wait for another caller's fetch.
        if key is not None:
            self._refresh(0.0)
        else:
            self._refresh_in_turn()
        key = self._keys.get(kid)
        if key is not None:
            return key
        if self._read_at < self._tried_at:
            raise JiraUnavailable(SILENT, status=503)
        raise Unauthenticated(reason="unknown-kid")

    def _refresh_in_turn(self) -> None:
        if self._queue.acquire(blocking=False):
            try:
                self._refresh(PATIENCE)
            finally:
                self._queue.release()

    def _refresh(self, patience: float) -> None:
        """Fetch the set, one caller at a time and once in a cool-down; others wait for it, if they have to."""
        if not self._lock.acquire(timeout=patience):
            return
        try:
            if self._timer() >= self._next_at:
                self._tried_at = self._timer()
                self._next_at = self._tried_at + COOL_DOWN_SECONDS
                if found := self._fetch():
                    if found.keys() != self._keys.keys():
                        self._next_at = self._timer() + COOL_DOWN_AFTER_ROTATION
                    self._keys, self._read_at = found, self._tried_at
        finally:
            self._lock.release()

    def _fetch(self) -> Keys:
        """Return the served keys, none if there was no usable answer."""
        _, body = read_key(self._http, self._address, LARGEST_SET)
        return read_keys(body)


def read_keys(body: bytes) -> Keys:
    """Return the RSA keys for RS256 signatures in a key set, by kid; entries of any other kind are left out."""
    try:
        found = orjson.loads(body)
    except ValueError:
        return {}
    entries = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(entries, list):
        return {}
    read = [_entry(entry) for entry in entries[:MOST_KEYS] if isinstance(entry, dict)]
    return dict(one for one in read if one is not None)


def _entry(entry: Mapping[str, object]) -> tuple[str, RSAPublicKey] | None:
    kid = entry.get("kid")
    expected = {"kty": "RSA", "use": entry.get("use") and "sig", "alg": entry.get("alg") and "RS256"}
    if not isinstance(kid, str) or any(entry.get(name) != value for name, value in expected.items()):
        return None
    modulus, exponent = _number(entry.get("n")), _number(entry.get("e"))
    if not SMALLEST_KEY <= modulus.bit_length() <= LARGEST_KEY:
        return None
    try:
        return kid, RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        return None


def _number(text: object) -> int:
    """Return a base64url number; Atlassian pads its numbers, although the standard says not to. 0 if unreadable."""
    if not isinstance(text, str):
        return 0
    try:
        # Padding beyond what is needed is ignored.
        return int.from_bytes(urlsafe_b64decode(text + "=="), "big")
    except ValueError:
        return 0
