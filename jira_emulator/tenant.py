"""The surroundings of one emulated site: its apps, log, faults, and limits."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from jira_emulator.calls import CallLog
from jira_emulator.connect.lifecycle import Lifecycle
from jira_emulator.forge.lifecycle import ForgeSite
from jira_emulator.issue.issue_filter import matches
from jira_emulator.platform import Platform
from jira_emulator.ratelimit import RateLimits
from jira_emulator.site import Site
from jira_emulator.trouble.trouble import Trouble
from jira_emulator.webhooks import Webhooks, stamper


class Tenant:
    """One site in the cloud; ``display_url`` is what people see in the address bar."""

    def __init__(
        self, cloud: Platform, site: Site, *, limits: bool = False, basic_auth: bool = False
    ) -> None:
        self.cloud = cloud
        self.site = site
        self.display_url = site.base_url
        self.basic_auth = basic_auth
        self.calls = CallLog()
        self.trouble = Trouble()
        self.limits = RateLimits(cloud.quota, cloud.clock, on=limits)
        self.lifecycle = Lifecycle(cloud, site, lambda: self.display_url)
        self.account_states: dict[str, str] = {}
        self.webhooks = Webhooks(
            client_key=lambda: site.client_key,
            apps=self.lifecycle.enabled,
            matches=lambda query, event: matches(site, query, event),
            stamp=stamper(cloud.clock),
            trouble=self.trouble,
            log=self.calls,
        )
        site.bus.listeners.append(self.webhooks.receive)
        self.forge = ForgeSite(cloud.forge, site, self.trouble, self.calls)
        self.app: WSGIApplication | None = None

    def rename(self, base_url: str) -> None:
        """Give the site another address and notify its apps; the client key stays."""
        self.site.base_url = base_url.rstrip("/")
        self.display_url = self.site.base_url
        self.lifecycle.announce()

    def replace_client_key(self, client_key: str) -> None:
        """Become another tenant at the same address, as after the import of a site; the apps are installed again."""
        self.site.client_key = client_key
        for app in self.lifecycle.enabled():
            self.cloud.tokens.revoke(app)
            app.new_secret()
        self.lifecycle.announce()
