"""Learn the cloud id of a site, which stays the same when the site is renamed or installs the app in another way."""

from __future__ import annotations

from typing import Protocol

from timesheet.domain.site import Site


class CloudIdReader(Protocol):
    """Asks a site itself for its cloud id."""

    def read(self, site: Site) -> str | None:
        """Return the cloud id; None if the site gives no usable answer."""


class CloudIdStore(Protocol):
    """Stores the cloud id of a site."""

    def note_cloud_id(self, key: str, cloud_id: str) -> bool:
        """Store the cloud id of a site that has none; return False if it has one or is gone."""


def learn_cloud_id(sites: CloudIdStore, reader: CloudIdReader, site: Site) -> str | None:
    """Ask a site for its cloud id if it is unknown, and store it; return the id.

    Later the site cannot be asked, because a site with only a Forge installation has no known address.
    """
    if not site.lacks_cloud_id:
        return None
    cloud_id = reader.read(site)
    return cloud_id if cloud_id is not None and sites.note_cloud_id(site.key, cloud_id) else None
