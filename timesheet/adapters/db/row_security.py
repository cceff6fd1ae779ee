"""Row-level security:

PostgreSQL itself shows a transaction only the rows of one site. The first barrier is that each store is
created for one site. This second one holds if a statement forgets its condition, or if a store was
created for the wrong site: the site comes from the verified token, not from the store. SQLite has
nothing comparable. The roles are explained in docs/database.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import psycopg
from sqlalchemy import Connection, Engine, event, inspect, text

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.busy import reporting_busy

OWN = "client_key = nullif(current_setting('app.site', true), '')"
LISTING = "current_setting('app.listing', true) = 'on'"
PROVING = "current_setting('app.listing', true) = 'audit'"
PROVEN = (
    *("site", "audit_event", "audit_person", "audit_checkpoint", "audit_trim"),
    *("audit_head", "audit_register"),
)
PROVE = "SELECT set_config('app.listing', 'audit', true)"
ERASER = "erase_site(text)"
SITES = "site"
QUEUE = "job_queue_"
RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
SET_SITE = "SELECT set_config('app.site', %s, true), set_config('app.listing', %s, true)"
SET_SITE_UNSYNCED = f"{SET_SITE}, set_config('synchronous_commit', 'off', true)"
UNSYNCED = "unsynced"
"""The option of an engine whose commits do not wait for the disk."""
BEGIN = b"BEGIN; SELECT set_config('app.site', %s, true), set_config('app.listing', '%s', true)"


def protect(connection: Connection, *tables: str) -> None:
    """Restrict the rows of these tables to transactions of their own site.

    Every migration that creates a table with a ``client_key`` calls this for it; a test names the ones that
    do not. The owner is restricted too (FORCE); only superusers and roles with BYPASSRLS are not, and the app
    refuses those.
    """
    for table in tables if has_row_security(connection) else ():
        name = connection.dialect.identifier_preparer.quote(table)
        for statement in (
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own_site ON {name} USING ({OWN}) WITH CHECK ({OWN})",
        ):
            connection.execute(text(statement))


def allow_listing(connection: Connection, *tables: str) -> None:
    """Let commands and workers that process all sites list these, read-only: sites, and which job of which is due.

    Nothing else of a site is visible that way.
    """
    for table in tables or (SITES,) if has_row_security(connection) else ():
        connection.execute(text(f"CREATE POLICY listing ON {table} FOR SELECT USING ({LISTING})"))


def allow_proving(connection: Connection, *tables: str) -> None:
    """Let the command that verifies the audit log find out which sites have rows in these tables."""
    for table in tables if has_row_security(connection) else ():
        connection.execute(text(f"CREATE POLICY proving ON {table} FOR SELECT USING ({PROVING})"))


def forbid_proving(connection: Connection, *tables: str) -> None:
    """Undo ``allow_proving`` for tables that a downgrade keeps."""
    for table in tables if has_row_security(connection) else ():
        connection.execute(text(f"DROP POLICY IF EXISTS proving ON {table}"))


def unprotect(connection: Connection, *tables: str) -> None:
    """Undo ``protect`` for tables that a downgrade keeps."""
    for table in tables if has_row_security(connection) else ():
        name = connection.dialect.identifier_preparer.quote(table)
        connection.execute(text(f"DROP POLICY IF EXISTS listing ON {name}"))
        connection.execute(text(f"DROP POLICY own_site ON {name}"))
        connection.execute(text(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY"))
        connection.execute(text(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"))


def grant(connection: Connection, role: str) -> None:
    """Let the app's role read and write the existing tables, but not create, change, or drop any.

    Called after each migration if the owner of the tables is another role. A table whose ``info`` names
    ``rights`` gets only these.
    """
    quote = connection.dialect.identifier_preparer.quote
    to = quote(role)
    there = set(inspect(connection).get_table_names())
    if connection.scalar(text(f"SELECT to_regprocedure('{ERASER}')")):
        connection.execute(text(f"GRANT EXECUTE ON FUNCTION {ERASER} TO {to}"))
    if "alembic_version" in there:
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {to}"))
    for name in sorted(name for name in there if name.startswith(QUEUE)):
        # The table that wakes workers names no site, and belongs to no model.
        connection.execute(text(f"GRANT {RIGHTS} ON {quote(name)} TO {to}"))
        if f"{name}_id_seq" in inspect(connection).get_sequence_names():
            connection.execute(text(f"GRANT USAGE ON SEQUENCE {quote(f'{name}_id_seq')} TO {to}"))
    for table in (table for table in Base.metadata.sorted_tables if table.name in there):
        connection.execute(text(f"REVOKE ALL ON {quote(table.name)} FROM {to}"))
        connection.execute(text(f"GRANT {table.info.get('rights', RIGHTS)} ON {quote(table.name)} TO {to}"))


def set_site_with_each_transaction(engine: Engine, scope: Callable[[], tuple[str, bool]]) -> None:
    """Begin each transaction with its site, in one round trip; the setting ends with the transaction.

    One of no site sets that too, because a pooled connection may have a setting that somebody left for the session.
    The connections of this engine must be in the driver's autocommit mode. Otherwise it sends its own BEGIN first.
    """

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        site, listing = scope()
        quoted = connection.dialect.loaded_dbapi.pq.Escaping(driver.pgconn).escape_literal(site.encode())
        with reporting_busy(connection):
            # A text of several statements cannot be prepared, which the driver does with what it sends often.
            driver.execute(BEGIN % (quoted, b"on" if listing else b""), prepare=False)


class SiteCursor(psycopg.Cursor[Any]):
    """A cursor that can send a site along with a statement, in one round trip and without BEGIN and ROLLBACK."""

    _setting: tuple[str, tuple[str, str]] | None = None

    def bring(self, site: str, listing: bool, *, unsynced: bool = False) -> None:
        """Set the site of the next statements, and whether their commits wait for the disk."""
        self._setting = SET_SITE_UNSYNCED if unsynced else SET_SITE, (site, "on" if listing else "")

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        """See psycopg."""
        if self._setting is None:
            return super().execute(query, params, **options)
        # The server runs what a pipeline sends as one transaction, so the site is set for this statement only.
        with self.connection.pipeline():
            self.connection.execute(*self._setting)
            super().execute(query, params, **options)
        return self


def set_site_with_each_statement(engine: Engine, scope: Callable[[], tuple[str, bool]]) -> None:
    """Let each statement bring its site, for an engine whose statements are transactions of their own."""

    @event.listens_for(engine, "before_cursor_execute")
    def bring(connection: Connection, cursor: SiteCursor, *_statement: object) -> None:
        cursor.bring(*scope(), unsynced=UNSYNCED in connection.get_execution_options())


def set_site(connection: Connection, site: str, listing: bool) -> None:
    """Set ``site`` for this transaction; with an empty one it sees nothing, except the list of sites if ``listing``."""
    with reporting_busy(connection):
        cursor = connection.connection.cursor()
        cursor.execute(SET_SITE, (site, "on" if listing else ""))
        cursor.close()


def has_row_security(connection: Connection) -> bool:
    """Return True if this kind of database has row-level security."""
    return connection.dialect.name == "postgresql"
