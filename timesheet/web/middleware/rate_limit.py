"""Limit the requests of one person and one site: more than anyone needs, less than a runaway script sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256
from math import ceil
from time import time

from flask import Flask, Response, g, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded

from timesheet.domain.message import Message, message
from timesheet.domain.waiting import spoken_wait
from timesheet.web.http.auth import INVOCATION, LIFECYCLE, SAFE, WEBHOOK, declared
from timesheet.web.http.errors import answer_sentence
from timesheet.web.middleware.rate_count import SCHEME as MEMORY
from timesheet.web.middleware.rate_count import SHARED_SCHEME, Counts

GO_ON = message("Try again in {wait}; what you typed is kept.")
SEND_AGAIN = message("Send them again in {wait}.")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit: at most ``most`` requests of a kind. ``of`` names who shares the count, None if it does
    not apply.
    """

    name: str
    most: str
    of: Callable[[], str | None]
    sentence: str
    advice: str = GO_ON

    def sentence_for(self, seconds: int) -> Message:
        """Return the sentence for whoever has to wait for ``seconds``."""
        advice = message(self.advice, wait=spoken_wait(seconds))
        return message("{sentence} {advice}", sentence=self.sentence, advice=advice)


def init_app(app: Flask, shared: Counts | None, signing_key: str) -> None:
    """Limit every request with a verified token; counted by all processes together if they share counts.

    Their server sees neither sites nor people: they are counted under hashes that need ``signing_key``.
    """
    hide = hidden_by(signing_key) if shared else str
    limiter = Limiter(
        _site,
        app=app,
        application_limits=[_limit(rate, hide) for rate in RATE_LIMITS],
        storage_uri=f"{SHARED_SCHEME if shared else MEMORY}://",
        storage_options={"shared": shared} if shared else {},  # type: ignore[dict-item]
        strategy="fixed-window",
        headers_enabled=False,
    )

    @app.errorhandler(RateLimitExceeded)
    def too_many(error: RateLimitExceeded) -> Response:
        broken = limiter.current_limit
        seconds = max(1, ceil(broken.reset_at - time())) if broken else 60
        rate = next(rate for rate in RATE_LIMITS if rate.name == str(error.description))
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


def _limit(rate: RateLimit, hide: Callable[[str], str]) -> ApplicationLimit:
    """Return a limit; one that does not apply is left out as an empty limit, because an exempt one would be
    created first.
    """
    return ApplicationLimit(
        lambda: "" if rate.of() is None else rate.most,
        key_function=lambda: hide(rate.of() or ""),
        scope=rate.name,
        error_message=rate.name,
    )


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


RATE_LIMITS = (
    RateLimit(
        "changes",
        "300 per minute",
        _changes,
        message("You made more than 300 changes in a minute, which is Timesheet’s own limit for one person."),
    ),
    RateLimit(
        "reads",
        "1200 per minute",
        _reads,
        message(
            "You opened more than 1,200 pages in a minute, which is Timesheet’s own limit for one person."
        ),
    ),
    RateLimit(
        "costly",
        "30 per minute",
        _costly,
        message(
            "You asked for more than 30 files or comparisons, which is Timesheet’s own limit for one person."
        ),
    ),
    RateLimit(
        "site",
        "12000 per minute",
        _people_of_site,
        message(
            "Your site sent more than 12,000 requests in a minute, which is Timesheet’s own limit for one site."
        ),
    ),
    RateLimit(
        "events",
        "6000 per minute",
        _events,
        message(
            "Your site sent more than 6,000 events in a minute, which is Timesheet’s own limit for one site."
        ),
        SEND_AGAIN,
    ),
)
