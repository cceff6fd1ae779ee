"""The settings of one site and its people."""

from __future__ import annotations

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.models import PersonSettingRow, SiteSettingRow
from timesheet.domain.errors import Conflict
from timesheet.services.ports import PersonSettings, SiteSettings


class DbSettingsStore:
    """Implements SettingsStore for the site it was made for, and can ask for no other."""

    def __init__(self, database: Database, site: str) -> None:
        self._database, self._site = database, site

    def read_site(self) -> SiteSettings:
        """See SettingsStore."""
        with self._database.reading() as session:
            return _site_settings(session.get(SiteSettingRow, self._site))

    def save_site(self, settings: SiteSettings) -> SiteSettings:
        """See SettingsStore."""
        session = self._database.session
        row = session.get(SiteSettingRow, self._site, with_for_update=True)
        stored = _site_settings(row)
        if stored.version != settings.version:
            raise Conflict(
                "Somebody else changed these settings meanwhile. Look at theirs first.", current=stored
            )
        if row is None:
            row = SiteSettingRow(client_key=self._site)
            session.add(row)
        row.fallback_zone, row.week_start = settings.fallback_zone, settings.week_start
        session.flush()
        return _site_settings(row)

    def read_person(self, account_id: str) -> PersonSettings:
        """See SettingsStore."""
        with self._database.reading() as session:
            row = session.get(PersonSettingRow, (self._site, account_id))
            if row is None:
                return PersonSettings()
            return PersonSettings(row.duration_format, row.view, row.layout, row.group_by)

    def save_person(self, account_id: str, settings: PersonSettings) -> None:
        """See SettingsStore."""
        self._database.session.merge(
            PersonSettingRow(
                client_key=self._site,
                account_id=account_id,
                duration_format=settings.duration_format,
                view=settings.view,
                layout=settings.layout,
                group_by=settings.group,
            )
        )
        self._database.session.flush()


def _site_settings(row: SiteSettingRow | None) -> SiteSettings:
    return SiteSettings() if row is None else SiteSettings(row.fallback_zone, row.week_start, row.version)
