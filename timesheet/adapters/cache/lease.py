"""Locks on the cache server, held by a lease that is renewed while their holder lives."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from timesheet.adapters.cache.away import Away
from timesheet.adapters.cache.counts import Scripts
from timesheet.adapters.cache.server import in_thread

LEASE_MILLISECONDS = 3000
RENEW_SECONDS = 1.0

# KEYS: lock. ARGV: own token, lease in ms. Takes the lock and returns nothing, or returns the holder's token.
TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
"""
RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end"
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class Leases:
    """The locks that this process holds. A thread renews them, and ends when there are none for a while.

    A process that dies stops renewing, so others get its locks after three seconds at most.
    """

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._lock = threading.Lock()
        self._tokens: dict[str, str] = {}
        self._renewing = False

    def take(self, lock: str) -> tuple[str, bytes | None]:
        """Return a new token and None if it holds ``lock`` now; otherwise the token of who holds it.

        Raise Away if the server cannot be asked.
        """
        token = secrets.token_hex(8)
        holder = self._scripts.run(TAKE, [lock], [token, str(LEASE_MILLISECONDS)])
        return token, None if holder is None else bytes(holder)

    @contextmanager
    def renewed(self, lock: str, token: str) -> Iterator[None]:
        """Renew a lock that was taken as long as the block runs, and release it at its end."""
        with self._lock:
            self._tokens[lock] = token
            begin, self._renewing = not self._renewing, True
        if begin:
            in_thread(self._renew)
        try:
            yield
        finally:
            with self._lock:
                del self._tokens[lock]
            self._call(RELEASE, lock, token)

    def _renew(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(RENEW_SECONDS)
            with self._lock:
                tokens = list(self._tokens.items())
                self._renewing = bool(tokens)
            if not tokens:
                return
            for lock, token in tokens:
                self._call(RENEW, lock, token, str(LEASE_MILLISECONDS))

    def _call(self, script: str, lock: str, *arguments: str) -> None:
        try:
            self._scripts.run(script, [lock], arguments)
        except Away:
            # The lease ends by itself.
            return
