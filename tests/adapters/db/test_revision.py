"""The database raises a site's revision with every change of what requests remember of it."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import Executable, create_engine, delete, insert, select, text, update

from tests.adapters.support.site_data import ManyRequests, fill, stores_of
from timesheet.adapters.db import tables
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.revision import CHANGES, RAISING
from timesheet.settings import ROOT

READ_EACH_TIME = (
    *("site", "app_token", "person_setting", "kept_row", "worklog_intent", "account_report"),
    *("job", "worklog_event", "change_feed", "timer", "template"),
    *("audit_event", "audit_event_person", "audit_person", "audit_checkpoint", "audit_head"),
    *("audit_trim", "audit_trim_proof", "audit_register", "audit_register_head"),
)
"""The others. They change with each save or each look, so nothing that they contain is ever remembered."""
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT trigger_name FROM information_schema.triggers",
}


@pytest.fixture
def filled(database: Database) -> Database:
    """Two sites with a row in every table that raises the revision, of which a test changes one."""
    for site in ("acme", "other"):
        fill(stores_of(database, site))
        database.commit()
        chosen = {"client_key": site, "fallback_zone": "UTC", "week_start": "locale", "version": 1}
        change(database, insert(Base.metadata.tables["site_setting"]).values(chosen), site)
    return database


def change(database: Database, statement: Executable, site: str = "acme") -> None:
    database.enter(site)
    database.session.execute(statement)
    database.commit()


def revisions(database: Database, *sites: str) -> dict[str, int]:
    found = {}
    for site in sites or ("acme", "other"):
        database.enter(site)
        with database.reading() as session:
            query = text("SELECT revision FROM site WHERE client_key = :site")
            found[site] = int(session.execute(query, {"site": site}).scalar_one())
    return found


def test_every_table_is_remembered_by_revision_or_read_each_time() -> None:
    """A table that is missing here belongs in one of both; for the first, its migration calls ``raise_with``."""
    for module in iter_modules(tables.__path__, f"{tables.__name__}."):
        import_module(module.name)
    assert not set(RAISING) & set(READ_EACH_TIME)
    assert {*RAISING, *READ_EACH_TIME} == set(Base.metadata.tables)


@pytest.fixture
def migrated(database_url: str) -> str:
    app = Flask("test")
    opened = Database(app, database_url)
    Migrate(app, opened.extension, directory=str(ROOT / "migrations"), render_as_batch=True)
    with app.app_context():
        upgrade()
        opened.extension.engine.dispose()
    return database_url


def test_the_migrations_leave_a_trigger_for_every_change(migrated: str) -> None:
    """A migration that rebuilds a table on SQLite drops its triggers: it calls ``raise_with`` for it again."""
    engine = create_engine(migrated)
    with engine.connect() as connection:
        there = set(connection.scalars(text(TRIGGERS[engine.dialect.name])))
    engine.dispose()
    assert {f"{table}_{change}_raises" for table in RAISING for change in CHANGES} <= there


def test_every_change_of_a_row_raises_the_revision_of_its_site_alone(filled: Database) -> None:
    raising = [table for table in Base.metadata.sorted_tables if table.name in RAISING]
    before = revisions(filled)
    last = before["acme"]
    rows = dict[str, list[dict[str, Any]]]()

    def raised(what: str) -> None:
        nonlocal last
        now = revisions(filled)
        assert now["acme"] > last, what
        assert now["other"] == before["other"], what
        last = now["acme"]

    for table in raising:
        change(filled, update(table).where(table.c.client_key == "acme").values(client_key="acme"))
        raised(f"update {table.name}")
    for table in reversed(raising):
        filled.enter("acme")
        with filled.reading() as session:
            found = session.execute(select(table).where(table.c.client_key == "acme"))
            rows[table.name] = [dict(row) for row in found.mappings()]
        change(filled, delete(table).where(table.c.client_key == "acme"))
        raised(f"delete {table.name}")
    for table in raising:
        assert rows[table.name], f"a row of {table.name} to try it with"
        change(filled, insert(table).values(rows[table.name]))
        raised(f"insert {table.name}")


def test_a_change_that_is_rolled_back_leaves_the_revision(filled: Database) -> None:
    before = revisions(filled)
    filled.enter("acme")
    filled.session.execute(text("UPDATE team SET name = 'Other'"))
    filled.roll_back()
    assert revisions(filled) == before


def test_other_writes_leave_the_revision(filled: Database) -> None:
    before = revisions(filled)
    shown = {"duration_format": "hm", "view": "week", "layout": "grid", "group_by": "issue"}
    chosen = {"client_key": "acme", "account_id": "ana", **shown}
    change(filled, insert(Base.metadata.tables["person_setting"]).values(chosen))
    change(filled, text("UPDATE site SET version = version + 1 WHERE client_key = 'acme'"))
    assert revisions(filled) == before


def test_postgresql_raises_it_once_in_a_transaction_however_much_is_written(secured_url: str) -> None:
    """Every row version of the site stays until the end of the transaction, and each change looks through them."""
    app = Flask("test")
    database = ManyRequests(app, secured_url)
    with app.app_context():
        fill(stores_of(database, "acme"))
        database.commit()
        before = revisions(database, "acme")["acme"]
        session = database.session
        session.execute(text("UPDATE team SET version = version + 1"))
        session.execute(text("UPDATE role SET version = version + 1"))
        with session.begin_nested() as savepoint:
            session.execute(text("UPDATE role SET version = version + 1"))
            savepoint.rollback()
        session.execute(text("UPDATE role SET version = version + 1"))
        database.commit()
        assert revisions(database, "acme")["acme"] == before + 1
        session = database.session
        with session.begin_nested() as savepoint:
            session.execute(text("UPDATE role SET version = version + 1"))
            savepoint.rollback()
        session.execute(text("UPDATE role SET version = version + 1"))
        database.commit()
        assert revisions(database, "acme")["acme"] == before + 2, "a savepoint takes its mark back with it"
        database.extension.engine.dispose()
