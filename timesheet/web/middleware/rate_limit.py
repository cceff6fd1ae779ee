"""Limit the requests of one person and one site to more than anyone needs and less than a runaway script sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256
from math import ceil
from time import time

from flask import Flask, Response, g, request
from limits import parse
from limits.strategies import FixedWindowRateLimiter

from timesheet.domain.duration import format_wait
from timesheet.domain.message import Message, message
from timesheet.web.http.access import EVENT, INVOCATION, LIFECYCLE, WEBHOOK, declared
from timesheet.web.http.auth import SAFE
from timesheet.web.http.errors import answer_sentence
from timesheet.web.middleware.rate_count import Counts, MemoryCounts, SharedCounts

EVENTS = frozenset({WEBHOOK, LIFECYCLE, INVOCATION, EVENT})
GO_ON = message("Try again in {wait}; what you typed is kept.")
SEND_AGAIN = message("Send them again in {wait}.")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit: at most ``most`` requests of a kind; ``counted`` says which kind, and who shares the count."""

    name: str
    most: str
    sentence: str
    advice: str = GO_ON

    def sentence_for(self, seconds: int) -> Message:
        """Return the sentence for a person who has to wait for ``seconds``."""
        advice = message(self.advice, wait=format_wait(seconds))
        return message("{sentence} {advice}", sentence=self.sentence, advice=advice)


class RateLimiter:
    """Counts requests under every rate limit that applies to them. ``hide`` replaces the ids of people and sites."""

    def __init__(self, counts: MemoryCounts, hide: Callable[[str], str]) -> None:
        self._counts, self._windows, self._hide = counts, FixedWindowRateLimiter(counts), hide
        self._limits = [(rate, parse(rate.most)) for rate in RATE_LIMITS]

    def refuse(self) -> Response | None:
        """Count the request; return a refusal if that is more than the first limit that it exceeds allows."""
        shares = counted()
        applied = [
            (rate, most, (self._hide(shares[rate.name]), rate.name))
            for rate, most in self._limits
            if rate.name in shares
        ]
        if not applied:
            return None
        counts = self._counts.count_each(
            [(most.key_for(*names), most.get_expiry()) for _, most, names in applied]
        )
        for (rate, most, names), count in zip(applied, counts, strict=True):
            if count > most.amount:
                return _refusal(rate, self._windows.get_window_stats(most, *names).reset_time)
        return None


def init_app(app: Flask, shared: Counts | None, signing_key: str) -> None:
    """Limit every request with a verified token; counted by all processes together if they share counts.

    Their server sees neither sites nor people: they are counted under hashes that need ``signing_key``.
    """
    limiter = (
        RateLimiter(SharedCounts(shared=shared), hidden_by(signing_key))
        if shared
        else RateLimiter(MemoryCounts(), str)
    )
    app.before_request(limiter.refuse)


def _refusal(rate: RateLimit, until: float) -> Response:
    seconds = max(1, ceil(until - time()))
    response = answer_sentence(429, rate.sentence_for(seconds))
    response.headers["Retry-After"] = str(seconds)
    return response


def hidden_by(signing_key: str) -> Callable[[str], str]:
    """Return a keyed hash of a text: always the same, and nobody can try texts without the key."""
    key = sha256(f"limits:{signing_key}".encode()).digest()

    @lru_cache(maxsize=4096)
    def hide(text: str) -> str:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()

    return hide


def counted() -> Mapping[str, str]:
    """Return who shares the counts of this request, by the names of the rate limits that apply to it."""
    declaration, identity, shares = declared(), g.get("identity"), dict[str, str]()
    if identity is not None:
        person = f"{identity.site}:{identity.account_id}"
        shares = {"reads" if request.method in SAFE else "changes": person, "site": g.site.key}
        if declaration is not None and declaration.costly:
            shares["costly"] = person
    if declaration is not None and declaration.kinds & EVENTS and "site" in g:
        shares["events"] = g.site.key
    return shares


RATE_LIMITS = (
    RateLimit(
        "changes",
        "300 per minute",
        message("You made more than 300 changes in a minute, which is Timesheet’s own limit for one person."),
    ),
    RateLimit(
        "reads",
        "1200 per minute",
        message(
            "You opened more than 1,200 pages in a minute, which is Timesheet’s own limit for one person."
        ),
    ),
    RateLimit(
        "costly",
        "30 per minute",
        message(
            "You asked for more than 30 files or comparisons in a minute, which is Timesheet’s own limit for "
            "one person."
        ),
    ),
    RateLimit(
        "site",
        "12000 per minute",
        message(
            "Your site sent more than 12,000 requests in a minute, which is Timesheet’s own limit for one site."
        ),
    ),
    RateLimit(
        "events",
        "6000 per minute",
        message(
            "Your site sent more than 6,000 events in a minute, which is Timesheet’s own limit for one site."
        ),
        SEND_AGAIN,
    ),
)
