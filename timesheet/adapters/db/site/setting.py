"""The settings of one site and its people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any

from sqlalchemy import (
    Executable,
    String,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site_rows import LOCK
from timesheet.adapters.db.tables.people import KeptRow, TemplateRow
from timesheet.adapters.db.tables.site import PersonSettingRow, SiteRow, SiteSettingRow
from timesheet.domain.errors import NEWER, Conflict
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.domain.worklog.template import Template, TemplateHours, Templates
from timesheet.services.ports.settings import PersonSettings, SiteSettings

NAMES = tuple(one.name for one in fields(SiteSettings))
"""The settings of a site, which have columns of the same names."""
OF_SITE = tuple(getattr(SiteSettingRow, name) for name in NAMES)
OF_PERSON = (
    PersonSettingRow.duration_format,
    PersonSettingRow.view,
    PersonSettingRow.layout,
    PersonSettingRow.group_by,
    PersonSettingRow.dismissed,
    PersonSettingRow.language,
    PersonSettingRow.last_week,
    PersonSettingRow.suggestions,
)
COLUMNS = {one.name: column.key for one, column in zip(fields(PersonSettings), OF_PERSON, strict=False)}
"""The column of each setting of a person; the last setting is the rows, which have a table of their own."""
THIS_PERSON = PersonSettingRow.account_id == bindparam("account")
SITE = select(*OF_SITE).where(SiteSettingRow.client_key == bindparam("site"))
DISMISSED = select(PersonSettingRow.dismissed_suggestions).where(
    PersonSettingRow.client_key == bindparam("site"), THIS_PERSON
)
OWN_TEMPLATES = and_(
    TemplateRow.client_key == bindparam("site"), TemplateRow.account_id == bindparam("account")
)
TEMPLATES = (
    select(TemplateRow.id, TemplateRow.name, TemplateRow.weekly, TemplateRow.hours)
    .where(OWN_TEMPLATES)
    .order_by(TemplateRow.position)
)
OWN_ROWS = and_(KeptRow.client_key == bindparam("site"), KeptRow.account_id == bindparam("account"))
# In one text, so that they come with the settings: 1 or 0 for pinned, the position, the issue's id.
ROWS = (
    select(
        func.aggregate_strings(
            case((KeptRow.pinned, literal("1 ")), else_=literal("0 "))
            + cast(KeptRow.position, String)
            + " "
            + cast(KeptRow.issue_id, String),
            # As a literal text: a value would be written into the statement again for each request.
            literal_column("','"),  # type: ignore[arg-type]
        )
    )
    .where(OWN_ROWS)
    .scalar_subquery()
)
# One statement, because every request of a person reads all of it: the rest comes from memory by the revision.
BOTH = (
    select(*OF_SITE, *OF_PERSON, ROWS, SiteRow.revision)
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
        if stored in (settings, replace(settings, version=settings.version + 1)):
            return stored
        if stored.version != settings.version:
            raise Conflict(NEWER, current=stored)
        if row is None:
            row = SiteSettingRow(client_key=self._site)
            session.add(row)
        for name in NAMES:
            if name != "version":
                setattr(row, name, getattr(settings, name))
        session.flush()
        return _site_settings(row)

    def read_person(self, account_id: str) -> PersonSettings:
        """See SettingsStore."""
        found = self._database.first(BOTH, site=self._site, account=account_id)
        return _person_settings(found[len(OF_SITE) :]) if found else PersonSettings()

    def read_both(self, account_id: str) -> tuple[SiteSettings, PersonSettings]:
        """See SettingsStore."""
        found: Sequence[Any] | None = self._database.take_ahead((self._site, account_id))
        if found is None:
            found = self._database.first(BOTH, site=self._site, account=account_id)
        if found is None:
            return SiteSettings(), PersonSettings()
        of_site, of_person = found[: len(OF_SITE)], found[len(OF_SITE) :]
        self._database.note_revision(of_person[-1])
        return (
            SiteSettings(*of_site) if any(of_site) else SiteSettings(),
            _person_settings(of_person),
        )

    def save_person(
        self, account_id: str, settings: PersonSettings, before: PersonSettings | None = None
    ) -> None:
        """See SettingsStore."""
        changed = tuple(
            column
            for name, column in COLUMNS.items()
            if before is None or getattr(settings, name) != getattr(before, name)
        )
        if changed:
            values = {column: getattr(settings, name) for name, column in COLUMNS.items()}
            key = {"client_key": self._site, "account_id": account_id}
            self._database.write(_saving(self._database.dialect, changed), {**key, **values})

    def read_dismissed(self, account_id: str) -> tuple[str, ...]:
        """See SettingsStore."""
        found = self._database.first(DISMISSED, site=self._site, account=account_id)
        return tuple(found[0].split()) if found else ()

    def change_dismissed(self, account_id: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        """See SettingsStore."""
        session = self._database.session
        session.execute(LOCK, {"site": self._site})
        row = session.get(PersonSettingRow, (self._site, account_id))
        if row is None:
            self.save_person(account_id, PersonSettings())
            row = session.get_one(PersonSettingRow, (self._site, account_id))
        row.dismissed_suggestions = " ".join(change(tuple((row.dismissed_suggestions or "").split())))
        session.flush()

    def change_rows(self, account_id: str, change: Callable[[KeptRows], KeptRows]) -> KeptRows:
        """See SettingsStore."""
        session = self._database.session
        session.execute(LOCK, {"site": self._site})
        before = _rows(session.execute(select(ROWS), {"site": self._site, "account": account_id}).scalar())
        after = change(before)
        if after != before:
            session.execute(delete(KeptRow).where(OWN_ROWS), {"site": self._site, "account": account_id})
            own = {"client_key": self._site, "account_id": account_id}
            rows = [
                {**own, "issue_id": issue_id, "pinned": pinned, "position": position}
                for pinned, ids in ((True, after.pinned), (False, after.added))
                for position, issue_id in enumerate(ids)
            ]
            if rows:
                session.execute(insert(KeptRow), rows)
        return after

    def read_templates(self, account_id: str) -> Templates:
        """See SettingsStore."""
        found = self._database.rows(TEMPLATES, site=self._site, account=account_id)
        return Templates(tuple(map(_template, found)))

    def change_templates(self, account_id: str, change: Callable[[Templates], Templates]) -> Templates:
        """See SettingsStore."""
        session, own = self._database.session, {"site": self._site, "account": account_id}
        session.execute(LOCK, {"site": self._site})
        before = Templates(tuple(map(_template, session.execute(TEMPLATES, own))))
        after = change(before)
        if after != before:
            session.execute(delete(TemplateRow).where(OWN_TEMPLATES), own)
            rows = [
                {
                    "client_key": self._site,
                    "account_id": account_id,
                    "id": template.id,
                    "position": position,
                    "name": template.name,
                    "weekly": template.weekly,
                    "hours": ",".join(f"{h.weekday} {h.issue_id} {h.seconds}" for h in template.hours),
                }
                for position, template in enumerate(after.all)
            ]
            if rows:
                session.execute(insert(TemplateRow), rows)
        return after


@cache
def _saving(dialect: str, changed: tuple[str, ...]) -> Executable:
    """Return the statement that inserts a person's settings, or changes these columns of them."""
    into = (postgresql if dialect == "postgresql" else sqlite).insert(PersonSettingRow)
    columns = ("client_key", "account_id", *COLUMNS.values())
    saving: Executable = into.values({column: bindparam(column) for column in columns}).on_conflict_do_update(
        index_elements=("client_key", "account_id"),
        set_={column: into.excluded[column] for column in changed},
    )
    return saving


def _template(row: Sequence[Any]) -> Template:
    template_id, name, weekly, text = row
    hours = (tuple(map(int, part.split())) for part in text.split(",") if part)
    return Template(
        template_id,
        name,
        weekly,
        tuple(TemplateHours(issue_id, weekday, seconds) for weekday, issue_id, seconds in hours),
    )


def _site_settings(row: SiteSettingRow | None) -> SiteSettings:
    if row is None:
        return SiteSettings()
    return SiteSettings(*(getattr(row, name) for name in NAMES))


def _person_settings(found: Sequence[Any]) -> PersonSettings:
    """Return the settings in a row of BOTH after those of the site."""
    *columns, rows, _revision = found
    settings = PersonSettings(*columns) if any(columns) else PersonSettings()
    return replace(settings, rows=_rows(rows)) if rows else settings


def _rows(text: str | None) -> KeptRows:
    """Return the rows in a text of ROWS, whose order is not defined."""
    if not text:
        return KeptRows()
    rows = sorted(tuple(map(int, row.split())) for row in text.split(","))
    return KeptRows(*(tuple(row[2] for row in rows if row[0] == pinned) for pinned in (1, 0)))
