"""How many changes a person may make in a while: more than anyone types, fewer than a runaway script."""

from __future__ import annotations

from flask import Flask, g, request
from flask_limiter import Limiter

CHANGES = "300 per minute"
SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask, redis_url: str | None) -> None:
    """Limit changes by site and person; counted in Redis where there is one, else in memory."""
    Limiter(
        _person,
        app=app,
        application_limits=[CHANGES],
        application_limits_exempt_when=_exempt,
        storage_uri=redis_url or "memory://",
        strategy="fixed-window",
        headers_enabled=False,
    )


def _person() -> str:
    return f"{g.identity.site}:{g.identity.account_id}"


def _exempt() -> bool:
    return request.method in SAFE or "identity" not in g
