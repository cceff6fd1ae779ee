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
    """Return the key of the site with this address that has the app; anything else is returned as a key.

    Raise ClickException if several sites have the address, such as one that was imported in Jira and the one before.
    """
    name = wanted.rpartition("://")[2].rstrip("/").lower()
    keys = [
        site.key
        for site in dependencies().sites.installed_sites()
        if name in {origin.partition("://")[2] for origin in site.origins}
    ]
    if len(keys) > 1:
        raise click.ClickException(
            f"Several sites have this address: {', '.join(sorted(keys))}. Name one by its key."
        )
    return keys[0] if keys else wanted
