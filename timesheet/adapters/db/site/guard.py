"""Database rules that refuse to delete a site that is not due to be erased.

On PostgreSQL the app's role may not delete a site at all. It calls a function that the owner of the tables
created, which deletes only sites that are due.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import DDL, Connection, Table, event, text

from timesheet.adapters.db.tables.site import SiteRow

REFUSED = "a site that is not due cannot be erased"
DUE = "OLD.status = 'uninstalled' AND OLD.erase_after IS NOT NULL"
ERASE = "SELECT erase_site(:site)"
DELETE = "DELETE FROM site WHERE client_key = :site"


def site_guards(dialect: str, schema: str = "public") -> list[str]:
    """Return the statements that guard sites, for an existing table; ``schema`` is its schema."""
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        return [f"CREATE TRIGGER site_delete BEFORE DELETE ON site FOR EACH ROW WHEN NOT ({DUE}) {refuse}"]
    body = f"IF NOT ({DUE}) THEN RAISE EXCEPTION '{REFUSED}'; END IF; RETURN OLD;"
    definer = f"LANGUAGE sql SECURITY DEFINER SET search_path = {schema}, pg_temp"
    delete = "DELETE FROM site WHERE client_key = key"
    return [
        f"CREATE FUNCTION site_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        "CREATE TRIGGER site_delete BEFORE DELETE ON site FOR EACH ROW EXECUTE FUNCTION site_delete()",
        f"CREATE FUNCTION erase_site(key text) RETURNS void {definer} AS $$ {delete} $$",
        "REVOKE ALL ON FUNCTION erase_site(text) FROM PUBLIC",
    ]


def site_unguards(dialect: str) -> list[str]:
    """Return the statements that remove the guard."""
    if dialect == "sqlite":
        return ["DROP TRIGGER IF EXISTS site_delete"]
    return [
        "DROP FUNCTION IF EXISTS erase_site(text)",
        "DROP FUNCTION IF EXISTS site_delete() CASCADE",
    ]


def delete_due_site(connection: Connection, key: str) -> None:
    """Delete a site that is due, with everything that belongs to it by foreign keys."""
    connection.execute(text(ERASE if connection.dialect.name == "postgresql" else DELETE), {"site": key})


def _guard(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in site_guards(dialect):
            event.listen(table, "after_create", cast(Any, DDL)(statement).execute_if(dialect=dialect))
    for statement in site_unguards("postgresql"):
        event.listen(table, "after_drop", cast(Any, DDL)(statement).execute_if(dialect="postgresql"))


_guard(cast(Table, SiteRow.__table__))
