"""Limit the requests of one person and one site: more than anyone needs, less than a runaway script sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256
from math import ceil

from flask import Flask, Response, g, request

from timesheet.domain.message import Message, message
from timesheet.domain.waiting import spoken_wait
from timesheet.web.http.auth import INVOCATION, LIFECYCLE, SAFE, WEBHOOK, declared
from timesheet.web.http.errors import answer_sentence
from timesheet.web.http.language import localize
from timesheet.web.middleware.rate_count import Counts, MemoryCounts, SharedCounts

GO_ON = message("Try again in {wait}; what you typed is kept.")
SEND_AGAIN = message("Send them again in {wait}.")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit: at most ``most`` requests of a kind in ``seconds``. ``of`` names who shares the count, None if it
    does not apply.
    """

    name: str
    most: int
    of: Callable[[], str | None]
    sentence: Message
    advice: Message = GO_ON
    seconds: int = 60


def init_app(app: Flask, shared: Counts | None, signing_key: str) -> None:
    """Limit every request with a verified token; counted by all processes together if they share counts.

    Their server sees neither sites nor people: they are counted under hashes that need ``signing_key``.
    """
    hide = hidden_by(signing_key) if shared else str
    counts = SharedCounts(shared) if shared else MemoryCounts()
    limits = RATE_LIMITS

    @app.before_request
    def limit() -> Response | None:
        for rate in limits:
            of = rate.of()
            if of is not None and counts.add(key := f"{rate.name}:{hide(of)}", rate.seconds) > rate.most:
                return _too_many(rate, max(1, ceil(counts.wait(key))))
        return None


def _too_many(rate: RateLimit, seconds: int) -> Response:
    advice = Message(rate.advice.pattern, values={"wait": spoken_wait(seconds)})
    response = answer_sentence(429, f"{localize(rate.sentence)} {localize(advice)}")
    response.headers["Retry-After"] = str(seconds)
    return response


def hidden_by(signing_key: str) -> Callable[[str], str]:
    """Return a keyed hash of a text: always the same, and nobody can try texts without the key."""
    key = sha256(f"limits:{signing_key}".encode()).digest()

    @lru_cache(maxsize=4096)
    def hide(text: str) -> str:
        return blake2b(text.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()

    return hide


def _person() -> str | None:
    return f"{g.identity.site}:{g.identity.account_id}" if "identity" in g else None


def _changes() -> str | None:
    return None if request.method in SAFE else _person()


def _reads() -> str | None:
    return _person() if request.method in SAFE else None


def _costly() -> str | None:
    wanted = declared()
    return _person() if wanted is not None and wanted.costly else None


def _site() -> str:
    return str(g.site.key)


def _people_of_site() -> str | None:
    return _site() if "identity" in g else None


def _events() -> str | None:
    wanted = declared()
    told = wanted is not None and wanted.kinds & {WEBHOOK, LIFECYCLE, INVOCATION}
    return _site() if told and "site" in g else None


LIMIT = "which is Timesheet’s own limit for one"
# The lowest comes first, so a request that exceeds it does not count toward the others.
RATE_LIMITS = (
    RateLimit(
        "costly",
        30,
        _costly,
        message("You asked for more than 30 files or comparisons, {limit} person.", limit=LIMIT),
    ),
    RateLimit(
        "changes",
        300,
        _changes,
        message("You made more than 300 changes in a minute, {limit} person.", limit=LIMIT),
    ),
    RateLimit(
        "reads",
        1200,
        _reads,
        message("You opened more than 1,200 pages in a minute, {limit} person.", limit=LIMIT),
    ),
    RateLimit(
        "events",
        6000,
        _events,
        message("Your site sent more than 6,000 events in a minute, {limit} site.", limit=LIMIT),
        SEND_AGAIN,
    ),
    RateLimit(
        "site",
        12000,
        _people_of_site,
        message("Your site sent more than 12,000 requests in a minute, {limit} site.", limit=LIMIT),
    ),
)
