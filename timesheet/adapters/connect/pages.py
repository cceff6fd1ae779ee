"""The addresses of the app's pages inside Jira, as a Connect app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from timesheet.domain.site import Site


@dataclass(frozen=True, slots=True)
class ConnectPages:
    """Implements PageAddresses."""

    app_key: str

    def page(self, site: Site, environment: str, module: str, custom: Mapping[str, str]) -> str:
        """See PageAddresses; Jira passes parameters on if they begin with ``ac.``."""
        del environment
        query = urlencode({f"ac.{name}": value for name, value in custom.items()})
        page = f"{site.display_url}/plugins/servlet/ac/{quote(self.app_key)}/{quote(module)}"
        return f"{page}?{query}" if query else page

    def manage(self, site: Site) -> str:
        """See PageAddresses."""
        return f"{site.display_url}/plugins/servlet/upm"
