"""Raise alerts for repeated refusals: invalid tokens, and attempts to reach another site's data."""

from __future__ import annotations

import re

from flask import Flask, Response, g, request

from timesheet.domain.errors import Unauthenticated
from timesheet.services.audit.security_watch import (
    CROSS_SITE,
    FOREIGN_IDS,
    REFUSED_TOKENS,
    BurstLimit,
    exceeds_limit,
)
from timesheet.web.http.dependencies import dependencies

OWN_ID = re.compile(r"[0-9a-f]{32}")
OF_ANOTHER_SITE = frozenset({"other-client-key", "audience"})


def init_app(app: Flask) -> None:
    """Check each response after its transaction has ended; an alert has a transaction of its own."""

    @app.after_request
    def watch(response: Response) -> Response:
        refusal = g.get("refusal")
        if refusal is not None and refusal.site and not refusal.expired:
            _count(_kind_of(refusal), refusal.site, reason=refusal.reason)
        elif response.status_code == 404 and "identity" in g and _names_own_id():
            _count(FOREIGN_IDS, g.site.key, g.identity.account_id)
        return response


def _kind_of(refusal: Unauthenticated) -> BurstLimit:
    return CROSS_SITE if refusal.reason in OF_ANOTHER_SITE else REFUSED_TOKENS


def _names_own_id() -> bool:
    """Return True if the address contains an id of the app, which nobody can guess."""
    return any(OWN_ID.fullmatch(str(value)) for value in (request.view_args or {}).values())


def _count(burst: BurstLimit, site: str, *person: str, reason: str = "") -> None:
    if exceeds_limit(dependencies().operation.cache, burst, site, *person):
        dependencies().audit.alarm(site, burst, reason)
