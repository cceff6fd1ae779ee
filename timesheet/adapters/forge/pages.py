"""The addresses of the app's pages inside Jira, as a Forge app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from timesheet.domain.site import Site

CONFIGURATION = "configure"


@dataclass(frozen=True, slots=True)
class ForgePages:
    """Implements PageAddresses. Jira's addresses hold the bare ids of the app and of its environment."""

    app_id: str

    def page(self, site: Site, environment: str, module: str, custom: Mapping[str, str]) -> str:
        """See PageAddresses; the configuration is a page of Jira's settings, all others are routes of the app."""
        app = "/".join(quote(name.rpartition("/")[2]) for name in (self.app_id, environment) if name)
        if module == CONFIGURATION:
            page = f"{site.display_url}/jira/settings/apps/configure/{app}"
        else:
            page = f"{site.display_url}/jira/apps/{app}/{quote(module)}"
        query = urlencode(custom)
        return f"{page}?{query}" if query else page

    def manage(self, site: Site) -> str:
        """See PageAddresses."""
        return f"{site.display_url}/jira/settings/apps/manage-apps"
