"""Limit how many invalid tokens an address may send; after that it has to wait.

A request with a genuine token is never limited, because many people share an address with each other and with
an attacker. So the count is checked only after a token was refused. The refusal costs a lookup and a hash;
the limit saves the rest. A page whose session has ended renews it with a genuine token, whatever the count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from secrets import token_bytes
from threading import Lock
from time import monotonic

from flask import Flask, Response, g, request

from timesheet.domain.duration import format_wait
from timesheet.domain.errors import Unauthenticated
from timesheet.domain.message import message
from timesheet.web.http.errors import answer_error, answer_sentence, may_renew

MOST_A_MINUTE = 60
MINUTE = 60.0
MOST_ADDRESSES = 50_000
# These happen to honest people: a page left open overnight, a clock of the app that is behind, a link outside
# Jira, nobody or somebody else signed in there.
HONEST = frozenset({"expired", "not-yet", "missing", "anonymous", "other-person"})
TOO_OFTEN = message(
    "Timesheet refused more than {most} requests without a valid token from your network within a minute. "
    "Reload the page in Jira in {wait}."
)


class FailedAuthentications:
    """Counts by address within a minute, for one process and in memory only; a keyed hash is stored."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now, self._key, self._lock = now, token_bytes(16), Lock()
        self._ends = 0.0
        self._counts: Counter[bytes] = Counter()

    def wait(self, address: str) -> int:
        """Count one more from ``address``; return the seconds it has to wait, 0 if it may continue."""
        name = blake2b(network_of(address).encode(), key=self._key, digest_size=16).digest()
        with self._lock:
            left = self._ends - self._now()
            if left <= 0 or len(self._counts) > MOST_ADDRESSES:
                self._counts.clear()
                left = MINUTE
                self._ends = self._now() + left
            self._counts[name] += 1
            return ceil(left) if self._counts[name] > MOST_A_MINUTE else 0


def network_of(address: str) -> str:
    """Return the network of an address: one IPv4 address, or the /64 that an IPv6 subscriber has."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def init_app(app: Flask) -> None:
    """Handle every refused token."""
    failures = FailedAuthentications()

    @app.errorhandler(Unauthenticated)
    def refused(error: Unauthenticated) -> Response:
        g.refused, g.refusal = error.reason, error
        seconds = 0 if error.reason in HONEST else failures.wait(request.remote_addr or "")
        if not seconds:
            return answer_error(error)
        response = answer_sentence(429, message(TOO_OFTEN, most=MOST_A_MINUTE, wait=format_wait(seconds)))
        response.headers["Retry-After"] = str(seconds)
        return may_renew(response, error)
