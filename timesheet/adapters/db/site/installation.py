"""The sites by the installation that holds them, and the tokens of the app itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

from cachetools import LRUCache
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.site import DbSiteStore, is_free, new_row
from timesheet.adapters.db.site_rows import SiteRows, of_site
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.adapters.db.tables.token import AppTokenRow
from timesheet.domain.site import INSTALLED, UNINSTALLED, Site
from timesheet.services.ports.invocation import Admission, Invocation

ON_ITS_WAY = timedelta(minutes=10)
"""Atlassian repeats an event four times, a minute apart and each time with a new token."""
MOST_NAMES = 10_000
TOKEN = select(AppTokenRow.sealed_token, AppTokenRow.expires_at).where(of_site(AppTokenRow))


class DbInstallations:
    """Implements InstallationStore. The site of an installation is remembered, and checked with the site itself."""

    def __init__(self, database: Database, sites: DbSiteStore) -> None:
        self._database, self._sites = database, sites
        self._names: LRUCache[str, str] = LRUCache(MOST_NAMES)
        self._lock = Lock()

    def find_installation(self, installation: str) -> Site | None:
        """See InstallationStore."""
        with self._lock:
            key = self._names.get(installation)
        site = self._sites.find(key) if key else None
        if site is not None and site.opened_by == installation:
            return site
        keys = self._sites.keys(SiteRow.held_by == installation)
        if not keys:
            return None
        with self._lock:
            self._names[installation] = keys[0]
        return self._sites.find(keys[0])

    def find_earlier(self, invocation: Invocation) -> Site | None:
        """See InstallationStore."""
        keys = self._sites.keys(SiteRow.cloud_id == invocation.cloud_id)
        found = [(self._rank(key), key) for key in keys]
        return self._sites.find(max(found)[1]) if found else None

    def is_free(self, key: str, now: datetime) -> bool:
        """See InstallationStore."""
        with self._database.within(key), self._database.reading() as session:
            row = session.get(SiteRow, key)
            return row is not None and is_free(row, session.get(AppTokenRow, key), now)

    def count_silence(self, key: str, now: datetime) -> int:
        """See InstallationStore."""
        self._database.enter(key)
        row, token = self._sites.writable(key), self._database.session.get(AppTokenRow, key)
        if row is None or token is None or not is_free(row, token, now):
            return 0
        # The job may run twice in a night: when a clock was set back, or another worker's clock is ahead.
        passed = (now - token.expires_at) // timedelta(days=1) + 1
        token.silent_nights = min(token.silent_nights + 1, passed)
        self._database.session.flush()
        return token.silent_nights

    def claim(self, key: str, invocation: Invocation, now: datetime) -> bool:
        """See InstallationStore."""
        self._database.enter(key)
        row = self._sites.writable(key)
        token = self._database.session.get(AppTokenRow, key)
        if row is None or row.cloud_id != invocation.cloud_id or not is_free(row, token, now):
            return False
        try:
            with self._database.session.begin_nested():
                row.held_by, row.api_url = invocation.installation, invocation.api_url
        except IntegrityError:
            # The installation got another site at the same moment.
            return False
        if token is not None:
            # The token belongs to the installation that has ended.
            self._database.session.delete(token)
        if invocation.site_url is not None:
            row.display_url = invocation.site_url
        row.status, row.uninstalled_at, row.erase_after = INSTALLED, None, None
        self._database.session.flush()
        return True

    def admit(self, invocation: Invocation, now: datetime) -> Admission:
        """See InstallationStore."""
        keys = self._sites.keys(SiteRow.held_by == invocation.installation)
        key = keys[0] if keys else invocation.installation
        self._database.enter(key)
        if not keys and not self._add(key, invocation, now):
            return Admission(changed=False, upgrade=True)
        row = self._sites.writable(key)
        if row is None or (row.status == UNINSTALLED and not _is_later(row, invocation)):
            return Admission(changed=False, upgrade=False)
        upgrade = bool(keys) and row.status != UNINSTALLED
        row.api_url, row.cloud_id = invocation.api_url, invocation.cloud_id
        if invocation.site_url is not None:
            row.display_url = invocation.site_url
        if row.status == UNINSTALLED:
            row.status, row.installed_at = INSTALLED, now
        row.uninstalled_at = row.erase_after = None
        # Another request may have brought them up to date at the same moment.
        changed = not upgrade or self._database.session.is_modified(row)
        self._database.session.flush()
        return Admission(changed=changed, upgrade=upgrade)

    def leave(self, key: str, now: datetime, erase_after: datetime) -> bool:
        """See InstallationStore. A site that is still installed with a secret of its own stays."""
        self._database.enter(key)
        row = self._sites.writable(key)
        if row is None or row.held_by is None or row.status == UNINSTALLED:
            return False
        if row.sealed_secret is not None:
            row.held_by = row.api_url = None
            self._database.session.flush()
            return False
        row.status, row.uninstalled_at, row.erase_after = UNINSTALLED, now, erase_after
        self._database.session.flush()
        return True

    def _rank(self, key: str) -> tuple[int, datetime]:
        """Return a sort key: a site that Forge uses, then the last one that Connect installed or that Forge left.

        If a new installation started empty beside the Connect app and was uninstalled, its data comes back and not
        what it chose to leave behind.
        """
        with self._database.within(key), self._database.reading() as session:
            row = session.get(SiteRow, key)
            if row is None:
                return 0, datetime.min.replace(tzinfo=UTC)
            if row.status != UNINSTALLED:
                return 2 if row.held_by else 1, row.installed_at
            return (1, row.uninstalled_at or row.installed_at) if row.held_by else (0, row.installed_at)

    def _add(self, key: str, invocation: Invocation, now: datetime) -> bool:
        """Return False if another process added the site at the same moment."""
        address = invocation.site_url or invocation.api_url
        row = new_row(key, now)
        row.base_url = row.display_url = address
        row.held_by, row.status, row.installed_at = invocation.installation, INSTALLED, now
        try:
            with self._database.session.begin_nested():
                self._database.session.add(row)
        except IntegrityError:
            return False
        return True


class DbAppTokens:
    """Implements AppTokenStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, site: str) -> tuple[str, int] | None:
        """See AppTokenStore."""
        with self._database.within(site):
            found = SiteRows(self._database, site).read(TOKEN)
        return (found[0].sealed_token, int(found[0].expires_at.timestamp())) if found else None

    def write(self, site: str, sealed: str, expires: int) -> None:
        """See AppTokenStore."""
        values = {
            "sealed_token": sealed,
            "expires_at": datetime.fromtimestamp(expires, UTC),
            "silent_nights": 0,
        }
        with self._database.within(site):
            rows = SiteRows(self._database, site)
            rows.lock()
            rows.put(AppTokenRow, {}, values)

    def delete(self, site: str) -> None:
        """See AppTokenStore."""
        with self._database.within(site):
            SiteRows(self._database, site).remove(AppTokenRow)


def _is_later(row: SiteRow, invocation: Invocation) -> bool:
    """Return True if the invocation was issued well after the installation ended."""
    left = row.uninstalled_at or datetime.fromtimestamp(0, UTC)
    return datetime.fromtimestamp(invocation.issued, UTC) > left + ON_ITS_WAY
