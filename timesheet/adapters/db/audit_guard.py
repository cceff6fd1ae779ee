"""What the database itself refuses: to change or delete what audit events tell.

Three things stay possible, each by its own rule: to erase a site with all it has, to drop a stretch of events that a
trim row announces (which needs a checkpoint), and to forget who stands behind a reference.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import DDL, Table, event

from timesheet.adapters.db.audit_models import (
    AuditCheckpointRow,
    AuditEventPersonRow,
    AuditEventRow,
    AuditPersonRow,
    AuditTrimRow,
)

REFUSED = "audit events cannot be changed or deleted"
SITE_IS_GONE = "NOT EXISTS (SELECT 1 FROM site WHERE site.client_key = OLD.client_key)"
TRIMMED = (
    "EXISTS (SELECT 1 FROM audit_trim WHERE audit_trim.client_key = OLD.client_key "
    "AND audit_trim.through >= OLD.seq)"
)
FORGETS = (
    "NEW.client_key = OLD.client_key AND NEW.ref = OLD.ref AND NEW.account_id IS NULL AND NEW.salt IS NULL"
)
DELETE_WHEN = {
    "audit_event": f"{SITE_IS_GONE} OR {TRIMMED}",
    "audit_event_person": f"{SITE_IS_GONE} OR {TRIMMED}",
    "audit_checkpoint": SITE_IS_GONE,
    "audit_trim": SITE_IS_GONE,
    "audit_person": SITE_IS_GONE,
}
UPDATE_WHEN = dict.fromkeys(DELETE_WHEN, "FALSE") | {"audit_person": FORGETS}


def guards(table: str, dialect: str) -> list[str]:
    """The statements that guard a table, once it is there."""
    rules = (("update", UPDATE_WHEN[table]), ("delete", DELETE_WHEN[table]))
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_{deed} BEFORE {deed.upper()} ON {table} FOR EACH ROW "
            f"WHEN NOT ({rule}) BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            for deed, rule in rules
        ]
    return [
        statement
        for deed, rule in (*rules, ("truncate", "FALSE"))
        for statement in _postgresql(table, deed, rule)
    ]


def unguards(table: str, dialect: str) -> list[str]:
    """The statements that take a table's guards away: its triggers go with the table, their functions do not."""
    if dialect == "sqlite":
        return []
    return [f"DROP FUNCTION IF EXISTS {table}_{deed}() CASCADE" for deed in ("update", "delete", "truncate")]


def _postgresql(table: str, deed: str, rule: str) -> list[str]:
    answer = {"update": "RETURN NEW;", "delete": "RETURN OLD;", "truncate": "RETURN NULL;"}[deed]
    each = "STATEMENT" if deed == "truncate" else "ROW"
    body = f"IF NOT ({rule}) THEN RAISE EXCEPTION '{REFUSED}'; END IF; {answer}"
    name = f"{table}_{deed}"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} BEFORE {deed.upper()} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()",
    ]


def _guard(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for moment, statements in (("after_create", guards), ("after_drop", unguards)):
            for statement in statements(table.name, dialect):
                command = cast(Any, DDL)(statement)
                event.listen(table, moment, command.execute_if(dialect=dialect))


for row in (AuditEventRow, AuditEventPersonRow, AuditCheckpointRow, AuditTrimRow, AuditPersonRow):
    _guard(cast(Table, row.__table__))
