"""Choose between Connect and Forge for each site: the credentials of a call to Jira, and the addresses of pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from timesheet.adapters.connect.app_token import CONNECT_REPORT_PATH, AppCredentials
from timesheet.adapters.connect.impersonation import Impersonation
from timesheet.adapters.connect.pages import ConnectPages
from timesheet.adapters.forge.credentials import FORGE_REPORT_PATH, ForgeCredentials
from timesheet.adapters.forge.pages import ForgePages
from timesheet.adapters.jira.client import JiraClients
from timesheet.domain.site import Site
from timesheet.services.ports.authentication import SignedRequest
from timesheet.services.ports.clock import Clock
from timesheet.services.ports.jira import JiraCredentials

if TYPE_CHECKING:
    from timesheet.adapters.jira.account_report import JiraAccountReporter

ACCOUNT_REPORT = SignedRequest("POST", f"/{CONNECT_REPORT_PATH}", "")
PERMISSIONS_CHECK = SignedRequest("POST", "/rest/api/3/permissions/check", "")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Chooses the credentials of each call to Jira, between those of Connect and those that Forge delivered.

    ``key`` is the app's key in Connect, ``app_id`` its id in Forge, None without a Forge app.
    """

    impersonation: Impersonation
    delivered: ForgeCredentials
    key: str
    app_id: str | None
    clock: Clock

    def has_forge(self, site: Site) -> bool:
        """Return True if people open the app through Forge on this site."""
        return self.app_id is not None and site.opened_by is not None

    def delivers(self, site: Site, account_id: str | None) -> bool:
        """Return True for a token that Forge delivered, of a person or, for None, of the app."""
        # A site that moves from one door to the other has both for a while: a token that is there comes first.
        return self.has_forge(site) and (site.secret is None or self.delivered.holds(site, account_id))

    def person(self, site: Site, account_id: str) -> JiraCredentials:
        """Return the credentials of a person."""
        if self.delivers(site, account_id):
            return self.delivered.person(site, account_id)
        return self.impersonation.credentials(site, account_id)

    def itself(self, site: Site, request: SignedRequest) -> JiraCredentials:
        """Return the credentials of the app itself, which Connect signs for one request."""
        if self.delivers(site, None):
            return self.delivered.app(site)
        return AppCredentials(site, self.key, request, self.clock)

    def asking(self, site: Site, who: str) -> JiraCredentials:
        """Return the credentials to ask Jira for the permissions of a person.

        Jira answers a Connect app about anybody, and a Forge app only if the person asks.
        """
        if self.delivers(site, who):
            return self.delivered.person(site, who)
        return AppCredentials(site, self.key, PERMISSIONS_CHECK, self.clock)

    def pages(self, site: Site, deployment: str | None) -> ForgePages | ConnectPages:
        """Return the addresses of the app's pages in Jira. ``deployment`` is None if Forge did not make the request.

        A site with both apps has two addresses for each page, and a page cannot open those of the other app.
        """
        other_app = deployment is None and site.secret is not None
        if other_app or not self.has_forge(site):
            return ConnectPages(self.key)
        return ForgePages(self.app_id or "")

    def reporter(self, jira: JiraClients, site: Site) -> JiraAccountReporter:
        """Return what reports to Atlassian whose data the app has."""
        if self.delivers(site, None):
            return jira.reporter(self.delivered.reporting(site), FORGE_REPORT_PATH)
        return jira.reporter(self.itself(site, ACCOUNT_REPORT), CONNECT_REPORT_PATH)
