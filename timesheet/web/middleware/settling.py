"""Settle writes to Jira that a crash interrupted after requests of a site, while no worker runs.

A job does the same every five minutes. Both are needed: if no worker runs, only an alert reports it, and
until somebody acts the audit log would lack an event of a worklog that is in Jira. It costs one cache lookup
for each page and change.
"""

from __future__ import annotations

from functools import partial

import structlog

from timesheet.domain.site import Site
from timesheet.services.ports.cache import PersonCache
from timesheet.services.worklog.safeguard.settle import Settled, settle
from timesheet.web.http.dependencies import dependencies

EVERY_SECONDS = 60
MOST = 5
log = structlog.stdlib.get_logger("timesheet.audit")


def settle_in_passing(site: Site) -> None:
    """Settle a few writes of a site; the transaction must be in that site."""
    deps = dependencies()
    settled = settle(
        deps.stores.journal_of(site.key),
        deps.jira_of(site),
        partial(PersonCache, deps.operation.cache, site.key),
        deps.operation.clock(),
        MOST,
    )
    if settled != Settled():
        log.info(
            "settled",
            site=site.key,
            recorded=settled.recorded,
            dropped=settled.dropped,
            given_up=settled.given_up,
            open=settled.unknown,
        )
