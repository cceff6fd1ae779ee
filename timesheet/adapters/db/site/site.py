"""The installations, and their maintenance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

import structlog
from cachetools import LRUCache, TTLCache
from sqlalchemy import ColumnElement, Row, Select, bindparam, select
from sqlalchemy.exc import IntegrityError

from timesheet.adapters.crypto.secret_box import SecretBox, SecretBoxError
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.guard import delete_due_site
from timesheet.adapters.db.site.setting import BOTH
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.adapters.db.tables.token import AppTokenRow
from timesheet.domain.site import INSTALLED, UNINSTALLED, Site
from timesheet.services.ports.authentication import Installation, LifecycleCall, Received

SITE = select(
    SiteRow.client_key,
    SiteRow.base_url,
    SiteRow.display_url,
    SiteRow.status,
    SiteRow.sealed_secret,
    SiteRow.secret_version,
    SiteRow.oauth_client_id,
    SiteRow.installation_id,
    SiteRow.cloud_id,
    SiteRow.held_by,
    SiteRow.api_url,
).where(SiteRow.client_key == bindparam("site"))
COLUMNS = len(SITE.selected_columns)
WITH_SETTINGS = BOTH.with_only_columns(*SITE.selected_columns, *BOTH.selected_columns)
MOST_AGAIN, AGAIN_SECONDS = 20, 1.0
"""The most readings of one site in these seconds because of refused tokens, so that forged ones cost no read each."""
REMEMBERED = 3600
"""The seconds for which the calls before the last one are remembered; their tokens are valid for half of that."""
MOST_SITES = 1000
"""The most sites that a process remembers."""

log = structlog.stdlib.get_logger("timesheet.site")


def new_row(key: str, now: datetime) -> SiteRow:
    """Return the row of a site that is added now, without its other values."""
    # A process may remember the site from before it was erased, at a revision counted from zero.
    return SiteRow(client_key=key, secret_version=0, revision=int(now.timestamp()))


def is_free(row: SiteRow, token: AppTokenRow | None, now: datetime) -> bool:
    """Return True if no installation holds the site, or the one that does has ended: its last token has expired."""
    return row.held_by is None or row.status == UNINSTALLED or (token is not None and token.expires_at <= now)


def _received(row: SiteRow, call: LifecycleCall) -> Received | None:
    """Return what to do about a call whose token the site accepted before, None for any other."""
    for entry in (row.received_calls or "").split():
        _, token, body = entry.split(":")
        if token == call.token:
            return Received.REPEATED if body == call.body else Received.REPLAYED
    return None


def _note(row: SiteRow, call: LifecycleCall) -> None:
    """Remember a call for longer than its token is valid."""
    sent = int(call.sent.timestamp())
    kept = [
        entry for entry in (row.received_calls or "").split() if int(entry.split(":")[0]) > sent - REMEMBERED
    ]
    row.received_calls = " ".join((*kept, f"{sent}:{call.token}:{call.body}"))


class SiteCache:
    """The sites of the last requests with their decrypted secrets, as they were stored then. Thread safe."""

    def __init__(self, timer: Callable[[], float] = monotonic) -> None:
        self._sites: LRUCache[str, tuple[tuple[Any, ...], Site]] = LRUCache(MOST_SITES)
        self._again: TTLCache[str, int] = TTLCache(MOST_SITES, AGAIN_SECONDS, timer)
        self._lock = Lock()

    def get(self, key: str) -> tuple[tuple[Any, ...], Site] | None:
        """Return the row and the site, or None."""
        with self._lock:
            return self._sites.get(key)

    def put(self, row: tuple[Any, ...], site: Site) -> None:
        """Remember the site that was made of this row."""
        with self._lock:
            self._sites[site.key] = row, site

    def forget(self, key: str) -> None:
        """Forget a site that no longer exists."""
        with self._lock:
            self._sites.pop(key, None)

    def may_read_again(self, key: str) -> bool:
        """Count one more look at a site; return False if there were too many in this second."""
        with self._lock:
            count = self._again.get(key, 0)
            self._again[key] = min(count + 1, MOST_AGAIN)
            return count < MOST_AGAIN


class DbSiteStore:
    """Implements SiteStore and SiteEraser."""

    def __init__(self, database: Database, box: SecretBox, cache: SiteCache) -> None:
        self._database, self._box, self._cache = database, box, cache

    def find(self, key: str) -> Site | None:
        """See SiteStore."""
        return self._current(key, self._read(SITE, key))

    def recall(self, key: str) -> Site | None:
        """See SiteStore."""
        known = self._cache.get(key)
        return known[1] if known else self.find(key)

    def confirm(self, known: Site, account_id: str | None) -> Site | None:
        """See SiteStore."""
        if account_id is None:
            return self.find(known.key)
        row = self._read(WITH_SETTINGS, known.key, account=account_id)
        if row is not None:
            self._database.keep_ahead((known.key, account_id), row[COLUMNS:])
        return self._current(known.key, row)

    def find_newer(self, known: Site) -> Site | None:
        """See SiteStore."""
        may_read = self._cache.may_read_again(known.key)
        site = self.find(known.key) if may_read else self.recall(known.key)
        return site if site is not None and site.secret_version > known.secret_version else None

    def install(self, installation: Installation, call: LifecycleCall) -> Received:
        """See SiteStore."""
        self._database.enter(installation.key)
        row = self.writable(installation.key)
        if row is None:
            try:
                return self._add(installation, call)
            except IntegrityError:
                # Another call installed the site at the same moment.
                row = self.writable(installation.key)
                if row is None:
                    raise
        if call.sent < max(row.installed_at, row.uninstalled_at or row.installed_at):
            return Received.OUTDATED
        if earlier := _received(row, call):
            return earlier
        received = Received.ADDED if row.status == UNINSTALLED else Received.UPGRADED
        if self._is_free(row, call.sent):
            # The pages of an installation that has ended would be linked, and its data kept for ever.
            row.held_by = row.api_url = None
        self._fill(row, installation, call)
        self._database.session.flush()
        return received

    def _add(self, installation: Installation, call: LifecycleCall) -> Received:
        """Add a site. Raise IntegrityError if the site is there by now."""
        row = new_row(installation.key, call.sent)
        self._fill(row, installation, call)
        with self._database.session.begin_nested():
            self._database.session.add(row)
        return Received.ADDED

    def _fill(self, row: SiteRow, installation: Installation, call: LifecycleCall) -> None:
        # At another address may be another site, which must not be found by the cloud id of this one.
        known = row.cloud_id if row.base_url == installation.base_url else None
        row.base_url, row.display_url = installation.base_url, installation.display_url
        row.sealed_secret = self._box.seal(installation.secret)
        row.secret_version += 1
        row.oauth_client_id = installation.oauth_client_id
        row.installation_id = installation.installation_id
        row.cloud_id = installation.cloud_id or known
        row.status, row.installed_at = INSTALLED, call.sent
        row.uninstalled_at = row.erase_after = None
        _note(row, call)

    def _is_free(self, row: SiteRow, now: datetime) -> bool:
        return is_free(row, self._database.session.get(AppTokenRow, row.client_key), now)

    def set_status(self, key: str, status: str) -> bool:
        """See SiteStore."""
        self._database.enter(key)
        row = self.writable(key)
        other = row is not None and row.held_by is not None and status != INSTALLED
        if row is None or other or row.status in (UNINSTALLED, status):
            return False
        row.status = status
        self._database.session.flush()
        return True

    def note_cloud_id(self, key: str, cloud_id: str) -> bool:
        """See CloudIdStore."""
        row = self.writable(key)
        if row is None or row.cloud_id is not None:
            return False
        row.cloud_id = cloud_id
        self._database.session.flush()
        return True

    def uninstall(self, key: str, call: LifecycleCall, erase_after: datetime) -> bool:
        """See SiteStore."""
        self._database.enter(key)
        row = self.writable(key)
        if row is None:
            return False
        gone = row.status == UNINSTALLED
        stays = row.held_by is not None and (gone or not self._is_free(row, call.sent))
        if (call.sent < row.installed_at and not stays) or _received(row, call):
            return False
        _note(row, call)
        # Even of a site that stays or is gone: an earlier install may be on its way.
        row.uninstalled_at = max(call.sent, row.uninstalled_at or call.sent)
        if not gone:
            row.sealed_secret = None
            row.secret_version += 1
        if not (gone or stays):
            row.status, row.erase_after = UNINSTALLED, erase_after
        self._database.session.flush()
        return not (gone or stays)

    def erase_expired(self, now: datetime, noted: Callable[[str], None]) -> Sequence[str]:
        """See SiteEraser; data of a site is deleted with it by the foreign keys."""
        keys = self.keys(SiteRow.status == UNINSTALLED, SiteRow.erase_after <= now)
        self._lock_all(keys)
        return [key for key in keys if self._erase(key, noted, now)]

    def erase_due(self, key: str, now: datetime, noted: Callable[[str], None]) -> bool:
        """See SiteEraser."""
        return self._erase(key, noted, now)

    def installed(self) -> Iterator[Site]:
        """Yield the sites that use the app now, by key, for nightly commands.

        The caller is within the site that was yielded last, and must end its transaction.
        """
        for key in self.keys(SiteRow.status == INSTALLED):
            with self._database.within(key):
                site = self.find(key)
                if site is not None:
                    yield site

    def rotate_secrets(self, on_rotated: Callable[[str], None]) -> Mapping[str, bool]:
        """See SiteEraser."""
        keys = self.keys(SiteRow.sealed_secret.is_not(None))
        self._lock_all(keys)
        return {key: self._rotate(key, on_rotated) for key in keys}

    def _rotate(self, key: str, on_rotated: Callable[[str], None]) -> bool:
        with self._database.within(key):
            row = self.writable(key)
            if row is not None and row.sealed_secret is not None:
                try:
                    row.sealed_secret = self._box.reseal(row.sealed_secret)
                except SecretBoxError:
                    return False
                self._database.session.flush()
                on_rotated(key)
        return True

    def _lock_all(self, keys: Sequence[str]) -> None:
        """Lock all sites, in order, before any event is recorded.

        An event may lock the register of sites, which every transaction locks last: a transaction that held
        it and waited for the next site could deadlock with one that holds that site and waits for the
        register.
        """
        for key in keys:
            with self._database.within(key):
                self.writable(key)

    def _erase(self, key: str, noted: Callable[[str], None], now: datetime) -> bool:
        """Return False if the site is not due, because it was installed again meanwhile."""
        with self._database.within(key):
            row = self.writable(key)
            due = row.erase_after if row is not None and row.status == UNINSTALLED else None
            if row is None or due is None or due > now:
                return False
            self._database.note_erasure()
            noted(key)
            self._database.session.expunge(row)
            delete_due_site(self._database.connection, key)
            return True

    def keys(self, *conditions: ColumnElement[bool]) -> Sequence[str]:
        """Return the keys of all matching sites."""
        statement = select(SiteRow.client_key).where(*conditions).order_by(SiteRow.client_key)
        with self._database.within("", listing=True), self._database.reading() as session:
            return session.scalars(statement).all()

    def writable(self, key: str) -> SiteRow | None:
        """Return the row of a site, locked for a change."""
        return self._database.session.get(SiteRow, key, with_for_update=True)

    def _read(
        self, statement: Select[*tuple[Any, ...]], key: str, **values: str
    ) -> Row[*tuple[Any, ...]] | None:
        with self._database.within(key):
            return self._database.first(statement, site=key, **values)

    def _current(self, key: str, row: Sequence[Any] | None) -> Site | None:
        """Return the site of a row that was just read: the one in memory if nothing has changed."""
        if row is None:
            self._cache.forget(key)
            return None
        stored, known = tuple(row[:COLUMNS]), self._cache.get(key)
        if known and known[0] == stored:
            return known[1]
        site = self._site(*stored)
        self._cache.put(stored, site)
        return site

    def _site(
        self,
        key: str,
        base_url: str,
        display_url: str,
        status: str,
        sealed_secret: str | None,
        secret_version: int,
        *others: str | None,
    ) -> Site:
        secret = self._opened(key, sealed_secret) if sealed_secret else None
        return Site(key, base_url, display_url, status, secret, secret_version, *others)

    def _opened(self, key: str, sealed: str) -> str | None:
        """Return the secret; None if no key opens it, because then only a new installation helps."""
        try:
            return self._box.open(sealed)
        except SecretBoxError as error:
            log.error("secret_unreadable", site=key, cause=str(error))  # noqa: TRY400 - the cause says it all
            return None
