"""The settings of one site and its people."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.models import PersonSettingRow, SiteSettingRow
from timesheet.domain.errors import Conflict
from timesheet.services.ports import PersonSettings, SiteSettings

SITE = select(
    SiteSettingRow.fallback_zone, SiteSettingRow.week_start, SiteSettingRow.version, SiteSettingRow.audit_days
).where(SiteSettingRow.client_key == bindparam("site"))
PERSON = select(
    PersonSettingRow.duration_format,
    PersonSettingRow.view,
    PersonSettingRow.layout,
    PersonSettingRow.group_by,
).where(PersonSettingRow.client_key == bindparam("site"), PersonSettingRow.account_id == bindparam("account"))


class DbSettingsStore:
    """Implements SettingsStore for the site it was made for, and can ask for no other."""

    def __init__(self, database: Database, site: str) -> None:
        self._database, self._site = database, site

    def read_site(self) -> SiteSettings:
        """See SettingsStore."""
        found = self._database.first(SITE, site=self._site)
        return SiteSettings(*found) if found else SiteSettings()

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
        row.audit_days = settings.audit_days
        session.flush()
        return _site_settings(row)

    def read_person(self, account_id: str) -> PersonSettings:
        """See SettingsStore."""
        found = self._database.first(PERSON, site=self._site, account=account_id)
        return PersonSettings(*found) if found else PersonSettings()

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
    if row is None:
        return SiteSettings()
    return SiteSettings(row.fallback_zone, row.week_start, row.version, row.audit_days)
