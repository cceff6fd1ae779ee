"""Settle writes to Jira that a crash interrupted after requests of a site, while no worker runs.

A job does the same every five minutes. Both are needed: if no worker runs, only an alert reports it, and
until somebody acts the audit log would lack an event of a worklog that is in Jira. It costs one cache lookup
for each page and change.
"""

from __future__ import annotations

import sys

import structlog
from flask import Flask, Response, after_this_request, g, request

from timesheet.domain.site import Site
from timesheet.services.resilience.priority import Priority, with_priority
from timesheet.services.worklog.settle import Settled, settle
from timesheet.web.http.dependencies import dependencies
from timesheet.web.middleware.afterwards import do_afterwards, is_due

EVERY_SECONDS = 60
MOST = 5
log = structlog.stdlib.get_logger("timesheet.audit")


def settle_site(site: Site, most: int = sys.maxsize) -> Settled:
    """Settle what is old enough of one site; the transaction must be in that site."""
    deps = dependencies()
    with with_priority(Priority.BACKGROUND):
        return settle(deps.stores.journal_of(site.key), deps.jira_of(site), deps.operation.clock(), most)


def init_app(app: Flask) -> None:
    """Settle after a page or a change, once a minute for each site, when the response has been sent, so
    nobody waits.
    """

    @app.before_request
    def settle_in_passing() -> None:
        # Asked here, because the first question of a request to the cache contains it; see cache_prefetch.
        should_settle = "identity" in g and (request.method == "POST" or "jwt" in request.args)
        if should_settle and is_due(g.site, "settled", EVERY_SECONDS):
            site = g.site

            @after_this_request
            def settle_afterwards(response: Response) -> Response:
                do_afterwards(app, response, site, _settle, log, "settling_failed")
                return response


def _settle(site: Site) -> None:
    settled = settle_site(site, MOST)
    if settled != Settled():
        log.info(
            "settled", site=site.key, recorded=settled.recorded, dropped=settled.dropped, open=settled.unknown
        )
