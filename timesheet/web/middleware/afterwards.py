"""Work for a site after one of its responses has been sent, so nobody waits for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response
from structlog.stdlib import BoundLogger

from timesheet.domain.site import Site
from timesheet.web.http.dependencies import dependencies


def is_due(site: Site, work: str, every_seconds: int) -> bool:
    """Return True at most once in this time for each site and kind of work."""
    cache, key = dependencies().operation.cache, f"{site.key}:{work}"
    if cache.get(key):
        return False
    cache.put(key, True, every_seconds)
    return True


def do_afterwards(
    app: Flask, response: Response, site: Site, work: Callable[[Site], None], log: BoundLogger, failed: str
) -> None:
    """Run ``work`` after the response was sent, in a transaction of the site. Log an exception as ``failed``."""

    def run() -> None:
        with app.app_context():
            try:
                dependencies().operation.transaction.enter(site.key)
                work(site)
            except Exception:
                log.exception(failed, site=site.key)

    response.call_on_close(run)
