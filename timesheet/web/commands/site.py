"""``--site`` of a command: one site, by its key or its address."""

from __future__ import annotations

import click

from timesheet.web.http.dependencies import dependencies

NO_SITE = "No site has this key or address."

one_site = click.option("--site", "wanted", required=True, help="The site's key or address.")
site_or_all = click.option(
    "--site", "wanted", default="", help="The key or address of one site; else all of them."
)


def key_of(wanted: str) -> str:
    """Return the key of the site with this address that has the app; anything else is returned as a key."""
    name = wanted.rpartition("://")[2].rstrip("/").lower()
    # All of them, because each is entered while it is handed out.
    for site in list(dependencies().sites.installed_sites()):
        if name in {origin.partition("://")[2] for origin in site.origins}:
            return site.key
    return wanted
