from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from tests.adapters.support.audit_chain import KEY, NOW, Tamper, draft
from tests.adapters.support.roles import address
from tests.adapters.support.site_data import in_site, stores_of
from timesheet.adapters.db.audit.guard import DELETE_WHEN, REGISTER
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.adapters.db.database import Database


@pytest.fixture
def audit(database: Database) -> DbAuditStore:
    """Return the events of a site that installed the app."""
    stores_of(database, "acme")
    return DbAuditStore(in_site(database, "acme"), "acme", KEY)


@pytest.fixture
def chain(database: Database, audit: DbAuditStore) -> DbAuditStore:
    """Record ten events, the fifth followed by a checkpoint."""
    for number in range(1, 11):
        audit.append(draft(number))
        if number == 5:
            audit.add_checkpoint(KEY.sign("acme", audit.head(), NOW))
    database.commit()
    return audit


@pytest.fixture
def tamper(database: Database, request: pytest.FixtureRequest) -> Tamper:
    """Do what only the owner of the database can do: go around triggers, rights, and row-level security."""
    url = database.extension.engine.url
    sqlite = url.get_backend_name() == "sqlite"
    if not sqlite:
        url = make_url(address(request.getfixturevalue("postgresql_server"), str(url.database)))
    engine = create_engine(url, poolclass=NullPool)

    def run(*statements: str, **values: object) -> None:
        with engine.begin() as connection:
            off = "PRAGMA foreign_keys=OFF" if sqlite else "SET session_replication_role = replica"
            connection.execute(text(off))
            for table, deed in product((*DELETE_WHEN, *REGISTER), ("update", "delete")):
                where = "" if sqlite else f" ON {table}"
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{deed}{where}"))
            for statement in statements:
                connection.execute(text(statement), values)

    return run
