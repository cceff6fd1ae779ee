"""Audited stores of a site in a real database, and the events that they record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from flask import Flask

from tests.adapters.support.site_data import in_site, stores_of
from tests.adapters.support.tables import create_tables
from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.store.change import ChangeRecorder
from timesheet.services.audit.store.site import AuditedSettings
from timesheet.services.audit.store.stores import AuditedStores
from timesheet.services.ports.audit import AuditStore
from timesheet.services.ports.settings import SettingsStore
from timesheet.services.ports.stores import Stores

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@dataclass
class Site:
    """Audited stores of a site in a real database, and what they have left."""

    stores: Stores
    settings: SettingsStore
    kept: RecordedDrafts

    def new(self) -> list[tuple[Action, str]]:
        """Return what was recorded since the last call, with its object."""
        drafts, self.kept.drafts = self.kept.drafts, []
        return [(draft.action, draft.object_id) for draft in drafts]


@contextmanager
def audited_site(tmp_path: Path) -> Iterator[Site]:
    """Open the audited stores of a site in a database of its own."""
    app = Flask("test")
    database = Database(app, f"sqlite:///{tmp_path / 'timesheet.db'}")
    with app.app_context():
        create_tables(database.extension.engine)
        plain, kept = stores_of(database, "acme"), RecordedDrafts()
        recorder = AuditRecorder(cast(AuditStore, kept), lambda: NOW, "ana", Origin.PAGE)
        settings = DbSettingsStore(in_site(database, "acme"), "acme")
        yield Site(
            AuditedStores(plain, lambda: recorder),
            AuditedSettings(settings, ChangeRecorder(lambda: recorder, plain.lock_site)),
            kept,
        )
        database.roll_back()
        database.extension.engine.dispose()


def last(site: Site) -> tuple[object, object]:
    """Return before and after of the last event."""
    draft = site.kept.drafts[-1]
    return draft.before, draft.after
