"""Learn the cloud id of a site: what stays the same when a site is renamed or installs the app in another way."""

from __future__ import annotations

from typing import Protocol

from timesheet.domain.site import INSTALLED, Site


class CloudIdReader(Protocol):
    """Asks a site itself for its cloud id."""

    def read(self, site: Site) -> str | None:
        """Return the cloud id; None if the site gives no usable answer."""


class CloudIdStore(Protocol):
    """Where the cloud id of a site is kept."""

    def note_cloud_id(self, key: str, cloud_id: str) -> bool:
        """Keep the cloud id of a site that has none; return False if it has one or is gone."""


def lacks_cloud_id(site: Site) -> bool:
    """Return whether the site uses the app and its cloud id is not known yet."""
    return site.cloud_id is None and site.status == INSTALLED


def learn_cloud_id(sites: CloudIdStore, reader: CloudIdReader, site: Site) -> str | None:
    """Ask a site for its cloud id, if it is not known, and keep it; return what was learned.

    Later it cannot be asked for: a site that only has an installation is not known by its address.
    """
    if not lacks_cloud_id(site):
        return None
    cloud_id = reader.read(site)
    return cloud_id if cloud_id is not None and sites.note_cloud_id(site.key, cloud_id) else None
