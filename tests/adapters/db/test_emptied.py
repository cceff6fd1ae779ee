"""The database that tests share: no test sees what another one left."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from tests.adapters.support.emptied import EmptiedDatabase
from tests.adapters.support.roles import address, run

SITE = "INSERT INTO audit_register VALUES (1, 'acme', 'signed', 1, '2026')"


def counted(server: str, name: str, question: str) -> int:
    engine = create_engine(address(server, name))
    with engine.connect() as connection:
        found = int(connection.execute(text(question)).scalar_one())
    engine.dispose()
    return found


def test_it_has_no_rows_and_the_schema_of_its_template(postgresql_server: str, walled_template: str) -> None:
    database = EmptiedDatabase(postgresql_server, walled_template)
    rows = "SELECT count(*) FROM audit_register"
    try:
        first = database.empty()
        run(address(postgresql_server, first), SITE)
        assert counted(postgresql_server, first, rows) == 1
        assert database.empty() == first
        assert counted(postgresql_server, first, rows) == 0
        run(address(postgresql_server, first), SITE, "DROP TRIGGER audit_register_delete ON audit_register")
        second = database.empty()
        assert second != first
        triggers = "SELECT count(*) FROM pg_trigger WHERE tgname = 'audit_register_delete'"
        assert counted(postgresql_server, second, triggers) == 1
        assert counted(postgresql_server, second, rows) == 0
    finally:
        database.close()
