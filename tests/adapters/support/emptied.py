"""One PostgreSQL database for many tests: emptied before each, instead of copied or migrated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, Row, create_engine, text

from tests.adapters.support.kept_connections import KeptConnections
from tests.adapters.support.roles import address, fresh_database

OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> ALL(:kept) AND pid <> pg_backend_pid()
"""
TABLES = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""
# Of everything that a test of triggers, policies, or rights may change: how many rows, and which transactions wrote
# them. Comparing what they say would take PostgreSQL as long as emptying all tables, twice.
SCHEMA = " UNION ALL ".join(
    f"SELECT count(*), sum(xmin::text::bigint) FROM {catalog} {where}"
    for catalog, where in {
        "pg_class": "WHERE relnamespace = 'public'::regnamespace",
        "pg_trigger": "",
        "pg_policy": "",
        "pg_proc": "WHERE pronamespace = 'public'::regnamespace",
    }.items()
)


class EmptiedDatabase:
    """A copy of a template that is used again and again, and replaced when a test has changed its schema."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template, self._copy = server, template, ExitStack()
        self._connection: Connection | None = None
        self.connections = KeptConnections()
        self._deletes = ""
        self._schema: Sequence[Row[tuple[int, int]]] = ()

    def empty(self) -> str:
        """Return the name of the database, with no row in any table and nobody but kept connections.

        Only a superuser gets past the triggers that keep the audit log; for others each call makes a new copy.
        """
        connection = self._connection or self._renew()
        connection.execute(text(OTHERS), {"kept": self.connections.pids})
        if not self._deletes or connection.execute(text(SCHEMA)).all() != self._schema:
            connection = self._renew()
        if self._deletes:
            connection.exec_driver_sql(self._deletes)
        return str(connection.engine.url.database)

    def close(self) -> None:
        """Drop the database."""
        self.connections.close()
        self._copy.close()
        self._connection = None

    def _renew(self) -> Connection:
        self.close()
        name = self._copy.enter_context(fresh_database(self._server, template=self._template))
        self._connection = self._copy.enter_context(connected(address(self._server, name)))
        self._schema = self._connection.execute(text(SCHEMA)).all()
        if self._connection.scalar(text("SELECT current_setting('is_superuser') = 'on'")):
            tables = self._connection.scalars(text(TABLES))
            # Neither foreign keys nor triggers act on a replica's session.
            self._deletes = "SET session_replication_role = replica" + "".join(
                f"; DELETE FROM {table}" for table in tables
            )
        return self._connection


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
