"""Erased data is gone from the files too, on SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import text

from tests.adapters.support.site_data import call_at
from tests.adapters.support.tables import create_tables
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.crypto.secret_box import SecretBox
from timesheet.adapters.db.audit.register import DbSiteRegister
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.privacy.privacy import DbPrivacyStore
from timesheet.adapters.db.site.setting import DbSettingsStore
from timesheet.adapters.db.site.site import DbSiteStore, SiteCache
from timesheet.adapters.db.stores import DbStores
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Origin
from timesheet.domain.team.label import UserLabel
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.settings import PersonSettings
from timesheet.services.site.installation import erase_expired_sites

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ANN = "5b10a2844c20165700ede21g-who-wants-to-be-forgotten"


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    app = Flask("test")
    database = Database(app, sqlite_url)
    with app.app_context():
        create_tables(database.extension.engine)
        row = SiteRow(
            client_key="acme",
            base_url="",
            display_url="",
            status="installed",
            secret_version=1,
            installed_at=NOW,
        )
        database.session.add(row)
        database.commit()
        DbSettingsStore(database, "acme").save_person(ANN, PersonSettings(view="month"))
        database.commit()
        yield database
        database.extension.engine.dispose()


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("timesheet.db*")}


def test_what_is_deleted_is_overwritten(sqlite: Database) -> None:
    with sqlite.extension.engine.connect() as connection:
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1


def test_nothing_of_an_erased_person_is_left_in_any_file(sqlite: Database, tmp_path: Path) -> None:
    assert any(ANN.encode() in content for content in files(tmp_path).values())
    DbPrivacyStore(sqlite, "acme").replace(ANN, "former-1", NOW.date())
    sqlite.commit()
    after = files(tmp_path)
    assert [name for name, content in after.items() if ANN.encode() in content] == []
    assert after["timesheet.db-wal"] == b""


def test_only_an_erasure_that_is_kept_empties_the_log(sqlite: Database, tmp_path: Path) -> None:
    DbPrivacyStore(sqlite, "acme").replace(ANN, "former-1", NOW.date())
    sqlite.roll_back()
    DbSettingsStore(sqlite, "acme").save_person("somebody", PersonSettings(view="month"))
    sqlite.commit()
    assert files(tmp_path)["timesheet.db-wal"] != b""
    assert any(ANN.encode() in content for content in files(tmp_path).values())


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_savepoint_after_the_erasure_changes_nothing(sqlite: Database, tmp_path: Path, end: str) -> None:
    DbPrivacyStore(sqlite, "acme").replace(ANN, "former-1", NOW.date())
    getattr(sqlite.session.begin_nested(), end)()
    sqlite.commit()
    after = files(tmp_path)
    assert [name for name, content in after.items() if ANN.encode() in content] == []
    assert after["timesheet.db-wal"] == b""


def test_nothing_of_an_erased_site_is_left_in_any_file(sqlite: Database, tmp_path: Path) -> None:
    """Uninstalled and due: its settings, labels, and audit events go, and with them the log that held their pages."""
    key, label = AuditKey("key"), "a-label-that-names-Ann-Example"
    DbStores(sqlite, "acme").labels.save(UserLabel("u", label, "teal", frozenset({ANN})))
    record(
        AuditRecorder(DbAuditStore(sqlite, "acme", key), lambda: NOW, ANN, Origin.PAGE),
        Action.LABEL_CREATED,
        "u",
    )
    sqlite.commit()
    sites = DbSiteStore(sqlite, SecretBox([Fernet.generate_key().decode()]), SiteCache())
    assert sites.uninstall("acme", call_at(NOW), NOW)
    sqlite.commit()
    for text_of_site in (ANN, label):
        assert any(text_of_site.encode() in content for content in files(tmp_path).values())
    assert erase_expired_sites(sites, NOW, DbSiteRegister(sqlite, key).note_erased) == ["acme"]
    sqlite.commit()
    after = files(tmp_path)
    for text_of_site in (ANN, label):
        assert [name for name, content in after.items() if text_of_site.encode() in content] == []
    assert after["timesheet.db-wal"] == b""
