"""The settings of one site and its people."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, select

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.tables.site import PersonSettingRow, SiteRow, SiteSettingRow
from timesheet.domain.errors import Conflict
from timesheet.domain.message import message
from timesheet.services.ports.jira import PersonSettings, SiteSettings

OF_SITE = (
    SiteSettingRow.fallback_zone,
    SiteSettingRow.week_start,
    SiteSettingRow.version,
    SiteSettingRow.audit_days,
    SiteSettingRow.language,
)
OF_PERSON = (
    PersonSettingRow.duration_format,
    PersonSettingRow.view,
    PersonSettingRow.layout,
    PersonSettingRow.group_by,
    PersonSettingRow.dismissed,
    PersonSettingRow.language,
)
THIS_PERSON = PersonSettingRow.account_id == bindparam("account")
SITE = select(*OF_SITE).where(SiteSettingRow.client_key == bindparam("site"))
PERSON = select(*OF_PERSON).where(PersonSettingRow.client_key == bindparam("site"), THIS_PERSON)
# One statement, because every request of a person reads all of it: the rest comes from memory by the revision.
BOTH = (
    select(*OF_SITE, *OF_PERSON, SiteRow.revision)
    .select_from(SiteRow)
    .outerjoin(SiteSettingRow, SiteSettingRow.client_key == SiteRow.client_key)
    .outerjoin(PersonSettingRow, and_(PersonSettingRow.client_key == SiteRow.client_key, THIS_PERSON))
    .where(SiteRow.client_key == bindparam("site"))
)


class DbSettingsStore:
    """Implements SettingsStore for one site, and cannot access another."""

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
                message("Somebody else changed these settings meanwhile. Look at theirs first."),
                current=stored,
            )
        if row is None:
            row = SiteSettingRow(client_key=self._site)
            session.add(row)
        row.fallback_zone, row.week_start = settings.fallback_zone, settings.week_start
        row.audit_days, row.language = settings.audit_days, settings.language
        session.flush()
        return _site_settings(row)

    def read_person(self, account_id: str) -> PersonSettings:
        """See SettingsStore."""
        found = self._database.first(PERSON, site=self._site, account=account_id)
        return PersonSettings(*found) if found else PersonSettings()

    def read_both(self, account_id: str) -> tuple[SiteSettings, PersonSettings]:
        """See SettingsStore."""
        found = self._database.first(BOTH, site=self._site, account=account_id)
        if found is None:
            return SiteSettings(), PersonSettings()
        of_site, of_person = found[: len(OF_SITE)], found[len(OF_SITE) : -1]
        self._database.note_revision(found[-1])
        return (
            SiteSettings(*of_site) if any(of_site) else SiteSettings(),
            PersonSettings(*of_person) if any(of_person) else PersonSettings(),
        )

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
                dismissed=settings.dismissed,
                language=settings.language,
            )
        )
        self._database.session.flush()


def _site_settings(row: SiteSettingRow | None) -> SiteSettings:
    if row is None:
        return SiteSettings()
    return SiteSettings(row.fallback_zone, row.week_start, row.version, row.audit_days, row.language)
