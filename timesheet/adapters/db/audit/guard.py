"""Database triggers that refuse to change or delete audit events.

A few operations remain possible, each by its own rule: to erase a site with all its data, to delete a range
of events that a trim row announces (which needs a checkpoint) with the references that no other event needs,
to forget the person behind a reference, and to replace a signed head by a later one.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import DDL, Table, event

from timesheet.adapters.db.tables.audit import (
    AuditCheckpointRow,
    AuditEventPersonRow,
    AuditEventRow,
    AuditHeadRow,
    AuditPersonRow,
    AuditRegisterHeadRow,
    AuditRegisterRow,
    AuditTrimProofRow,
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
UNUSED = (
    "EXISTS (SELECT 1 FROM audit_trim WHERE audit_trim.client_key = OLD.client_key) "
    "AND NOT EXISTS (SELECT 1 FROM audit_event WHERE audit_event.client_key = OLD.client_key "
    "AND audit_event.actor = OLD.ref) "
    "AND NOT EXISTS (SELECT 1 FROM audit_event_person WHERE audit_event_person.client_key = OLD.client_key "
    "AND audit_event_person.ref = OLD.ref)"
)
LATER_HEAD = "NEW.client_key = OLD.client_key AND NEW.seq >= OLD.seq"
LATER_ENTRY = "NEW.id = OLD.id AND NEW.number > OLD.number"
DELETE_WHEN = {
    "audit_event": f"{SITE_IS_GONE} OR {TRIMMED}",
    "audit_event_person": f"{SITE_IS_GONE} OR {TRIMMED}",
    "audit_checkpoint": SITE_IS_GONE,
    "audit_trim": SITE_IS_GONE,
    "audit_person": f"{SITE_IS_GONE} OR {UNUSED}",
    "audit_trim_proof": SITE_IS_GONE,
    "audit_head": SITE_IS_GONE,
}
UPDATE_WHEN = dict.fromkeys(DELETE_WHEN, "FALSE") | {"audit_person": FORGETS, "audit_head": LATER_HEAD}
REGISTER = {
    "audit_register": {"update": "FALSE", "delete": "FALSE"},
    "audit_register_head": {"update": LATER_ENTRY, "delete": "FALSE"},
}
"""The register outlives the sites, so nothing in it is ever deleted."""


def guards(table: str, dialect: str) -> list[str]:
    """Return the statements that guard an existing table."""
    rules = tuple(rules_of(table).items())
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_{operation} BEFORE {operation.upper()} ON {table} FOR EACH ROW "
            f"WHEN NOT ({rule}) BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            for operation, rule in rules
        ]
    return [
        statement
        for operation, rule in (*rules, ("truncate", "FALSE"))
        for statement in _postgresql(table, operation, rule)
    ]


def rules_of(table: str) -> dict[str, str]:
    """Return when a row of a table may be updated or deleted."""
    return REGISTER.get(table) or {"update": UPDATE_WHEN[table], "delete": DELETE_WHEN[table]}


def unguards(table: str, dialect: str) -> list[str]:
    """Return the statements that remove a table's guards; its triggers go with the table, their functions do not."""
    if dialect == "sqlite":
        return []
    return [
        f"DROP FUNCTION IF EXISTS {table}_{operation}() CASCADE"
        for operation in ("update", "delete", "truncate")
    ]


def _postgresql(table: str, operation: str, rule: str) -> list[str]:
    answer = {"update": "RETURN NEW;", "delete": "RETURN OLD;", "truncate": "RETURN NULL;"}[operation]
    each = "STATEMENT" if operation == "truncate" else "ROW"
    body = f"IF NOT ({rule}) THEN RAISE EXCEPTION '{REFUSED}'; END IF; {answer}"
    name = f"{table}_{operation}"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} BEFORE {operation.upper()} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()",
    ]


def _guard(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for moment, statements in (("after_create", guards), ("after_drop", unguards)):
            for statement in statements(table.name, dialect):
                command = cast(Any, DDL)(statement)
                event.listen(table, moment, command.execute_if(dialect=dialect))


GUARDED = (
    *(AuditEventRow, AuditEventPersonRow, AuditCheckpointRow, AuditTrimRow, AuditPersonRow),
    *(AuditTrimProofRow, AuditHeadRow, AuditRegisterRow, AuditRegisterHeadRow),
)
for guarded in GUARDED:
    _guard(cast(Table, guarded.__table__))
