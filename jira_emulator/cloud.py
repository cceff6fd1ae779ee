"""The sites of one process, on the platform that they share."""

from __future__ import annotations

from jira_emulator.clock import Now, utc_now
from jira_emulator.connect.installation import Installation
from jira_emulator.forge.platform import PREFIX
from jira_emulator.platform import Platform
from jira_emulator.site import Site
from jira_emulator.tenant import Tenant


class Cloud(Platform):
    """All emulated sites of one process and what they share."""

    def __init__(self, clock: Now = utc_now) -> None:
        super().__init__(clock)
        self.tenants: list[Tenant] = []

    def add_site(self, site: Site, *, limits: bool = False, basic_auth: bool = False) -> Tenant:
        """Return a new tenant for the site. The API of Forge is at the address of the first one."""
        tenant = Tenant(self, site, limits=limits, basic_auth=basic_auth)
        self.tenants.append(tenant)
        if len(self.tenants) == 1:
            self.forge.api_url = site.base_url + PREFIX
        return tenant

    def client(self, oauth_client_id: str) -> tuple[Tenant, Installation] | None:
        """Return the installation that an OAuth client id belongs to."""
        for tenant in self.tenants:
            for app in tenant.lifecycle.apps.values():
                if app.oauth_client_id == oauth_client_id:
                    return tenant, app
        return None

    def stop(self) -> None:
        """End all background threads."""
        for tenant in self.tenants:
            tenant.webhooks.stop()
            tenant.forge.stop()
