"""Signed heads of audit chains, signed trims, a register of sites; and sites that only a function can erase."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.audit.guard import guards, unguards
from timesheet.adapters.db.row_security import PROVEN, allow_proving, forbid_proving, protect
from timesheet.adapters.db.site.guard import site_guards, site_unguards

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OF_SITES = ("audit_trim_proof", "audit_head")
TABLES = (*OF_SITES, "audit_register", "audit_register_head")
LINKS = "ix_audit_event_person_client_key_seq_ref"
Parts = list[sa.schema.SchemaItem]


def upgrade() -> None:
    """Create the tables. Nothing is signed here: the next event of each site signs what exists."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    _make_tables()
    op.create_index(op.f(LINKS), "audit_event_person", ["client_key", "seq", "ref"])
    _guard_people(dialect)
    for table in TABLES:
        _execute(guards(table, dialect))
    schema = connection.scalar(sa.text("SELECT current_schema()")) if dialect == "postgresql" else ""
    _execute(site_guards(dialect, schema))
    protect(connection, *OF_SITES, "audit_register")
    allow_proving(connection, *PROVEN)


def downgrade() -> None:
    """Drop them again."""
    connection = op.get_bind()
    dialect = connection.dialect.name
    forbid_proving(connection, *(table for table in PROVEN if table not in TABLES))
    _execute(site_unguards(dialect))
    op.drop_index(op.f(LINKS), "audit_event_person")
    for table in TABLES:
        op.drop_table(table)
        _execute(unguards(table, dialect))


def _make_tables() -> None:
    signature = {"key_id": 16, "public_key": 64, "signature": 128}
    op.create_table(
        "audit_trim_proof",
        _key(),
        _number("through"),
        *_text(at=24),
        _number("days"),
        _number("event"),
        sa.Column("erased", sa.Text(), nullable=False),
        *_text(**signature),
        _site("audit_trim_proof"),
        sa.ForeignKeyConstraint(
            ["client_key", "through"],
            ["audit_trim.client_key", "audit_trim.through"],
            name=op.f("fk_audit_trim_proof_client_key_through_audit_trim"),
        ),
        sa.PrimaryKeyConstraint("client_key", "through", name=op.f("pk_audit_trim_proof")),
    )
    op.create_table(
        "audit_head",
        _key(),
        _number("seq"),
        *_text(hash=64, at=24),
        _number("checkpoints"),
        *_text(**signature),
        _site("audit_head"),
        sa.PrimaryKeyConstraint("client_key", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_register",
        _number("number"),
        _key(),
        *_text(kind=8),
        _number("seq"),
        *_text(at=24),
        sa.CheckConstraint("kind IN ('signed', 'erased')", name=op.f("ck_audit_register_kind")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_register")),
    )
    op.create_index(op.f("ix_audit_register_client_key_number"), "audit_register", ["client_key", "number"])
    op.create_table(
        "audit_register_head",
        _number("id"),
        _number("number"),
        *_text(hash=64, **signature),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_register_head")),
    )


def _guard_people(dialect: str) -> None:
    """Allow deleting references that no event needs anymore, together with the events that named them."""
    if dialect == "sqlite":
        op.execute("DROP TRIGGER audit_person_update")
        op.execute("DROP TRIGGER audit_person_delete")
    else:
        _execute(unguards("audit_person", dialect))
    _execute(guards("audit_person", dialect))


def _execute(statements: list[str]) -> None:
    for statement in statements:
        op.execute(statement)


def _key() -> sa.Column[str]:
    return sa.Column("client_key", sa.String(255), nullable=False)


def _site(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["client_key"], ["site.client_key"], name=op.f(f"fk_{table}_client_key_site"), ondelete="CASCADE"
    )


def _text(**lengths: int) -> Parts:
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items()]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)
