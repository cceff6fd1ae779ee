"""One PostgreSQL database for many tests: emptied before each, instead of copied or migrated."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, create_engine, text

from tests.adapters.support.roles import address, fresh_database

OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
TABLES = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""
# Everything that a test of triggers, policies, or rights may change, as one text.
SCHEMA = """
SELECT md5(concat_ws(' ',
    (SELECT string_agg(c::text, ' ' ORDER BY c::text) FROM (
        SELECT relname, relkind, relnatts, relrowsecurity, relforcerowsecurity, relacl, relowner FROM pg_class
        WHERE relnamespace = 'public'::regnamespace) c),
    (SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM (
        SELECT tgrelid, tgname, tgenabled, tgfoid, tgtype FROM pg_trigger) t),
    (SELECT string_agg(p::text, ' ' ORDER BY p::text) FROM pg_policies p),
    (SELECT string_agg(f::text, ' ' ORDER BY f::text) FROM (
        SELECT proname, prosrc, proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace) f)))
"""


class EmptiedDatabase:
    """A copy of a template that is used again and again, and replaced when a test has changed its schema."""

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template, self._copy = server, template, ExitStack()
        self._connection: Connection | None = None
        self._schema = self._deletes = ""

    def empty(self) -> str:
        """Return the name of the database, with no row in any table and nobody else connected.

        Only a superuser gets past the triggers that keep the audit log; for others each call makes a new copy.
        """
        connection = self._connection or self._renew()
        connection.execute(text(OTHERS))
        if not self._deletes or connection.scalar(text(SCHEMA)) != self._schema:
            connection = self._renew()
        if self._deletes:
            connection.exec_driver_sql(self._deletes)
        return str(connection.engine.url.database)

    def close(self) -> None:
        """Drop the database."""
        self._copy.close()
        self._connection = None

    def _renew(self) -> Connection:
        self.close()
        name = self._copy.enter_context(fresh_database(self._server, template=self._template))
        self._connection = self._copy.enter_context(connected(address(self._server, name)))
        self._schema = str(self._connection.scalar(text(SCHEMA)))
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
