"""Authenticate the app itself to Jira."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from timesheet.adapters.connect.qsh import request_hash
from timesheet.adapters.connect.tokens import sign_payload
from timesheet.domain.errors import NotAllowed
from timesheet.domain.site import Site
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.clock import Clock
from timesheet.services.site.authentication import NOT_INSTALLED

LIFE_SECONDS = 180
CONNECT_REPORT_PATH = "rest/atlassian-connect/latest/report-accounts"
"""The path to which people's accounts are reported, below a site's own address."""


def app_authorization(site: Site, app_key: str, request: SignedRequest, now: datetime) -> str:
    """Return the Authorization header for one call; ``request.path`` is the full path below the site's origin."""
    if site.secret is None:
        raise NotAllowed(NOT_INSTALLED)
    issued = int(now.timestamp())
    claims = {
        "iss": app_key,
        "iat": issued,
        "exp": issued + LIFE_SECONDS,
        "aud": [site.key],
        "qsh": request_hash(request, urlsplit(site.base_url).path),
    }
    return "JWT " + sign_payload(claims, site.secret)


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """Implements JiraCredentials for the app itself; each token is valid for one kind of call only."""

    site: Site
    app_key: str
    request: SignedRequest
    clock: Clock

    @property
    def base_url(self) -> str:
        """Return the site's own address."""
        return self.site.base_url

    def authorization(self) -> str:
        """Return the value of the Authorization header, signed anew for each call."""
        return app_authorization(self.site, self.app_key, self.request, self.clock())

    def refused(self) -> None:
        """Do nothing; no token is kept that could be stale."""
