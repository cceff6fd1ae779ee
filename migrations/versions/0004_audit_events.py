"""Audit events with their people, signed heads, and trims; and intents of writes to Jira."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.audit.guard import guards, unguards
from timesheet.adapters.db.row_security import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EVENT_INDEXES = ("at", "actor seq", "action seq", "object_id seq", "team_id seq", "outcome seq", "request_id")
GUARDED = ("audit_person", "audit_event", "audit_event_person", "audit_checkpoint", "audit_trim")
Parts = list[sa.schema.SchemaItem]


def upgrade() -> None:
    """Create the tables and the triggers that refuse changes to them."""
    _make_people()
    _make_events()
    _make_proofs()
    _make_intents()
    with op.batch_alter_table("site_setting") as setting:
        setting.add_column(sa.Column("audit_days", sa.Integer(), nullable=True))
    for table in GUARDED:
        for statement in guards(table, op.get_bind().dialect.name):
            op.execute(statement)
    protect(op.get_bind(), *GUARDED, "worklog_intent")


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("site_setting") as setting:
        setting.drop_column("audit_days")
    for table in ("worklog_intent", *reversed(GUARDED)):
        op.drop_table(table)
    for table in GUARDED:
        for statement in unguards(table, op.get_bind().dialect.name):
            op.execute(statement)


def _make_people() -> None:
    unique = sa.UniqueConstraint(
        "client_key", "account_id", name=op.f("uq_audit_person_client_key_account_id")
    )
    _create(
        "audit_person",
        "ref",
        [
            sa.Column("ref", sa.String(32), nullable=False),
            sa.Column("account_id", sa.String(128), nullable=True),
            sa.Column("salt", sa.String(32), nullable=True),
            unique,
        ],
    )


def _make_events() -> None:
    _create(
        "audit_event",
        "seq",
        [
            _number("seq"),
            _id("at", 24),
            *_text(action=40, actor=32, object_kind=16),
            _id("object_id", 255),
            _id("team_id", 36),
            *_text(outcome=8, origin=10),
            _id("request_id", 32),
            sa.Column("people", sa.Text(), nullable=False),
            sa.Column("details", sa.Text(), nullable=False),
            *_text(hash=64),
        ],
    )
    for index in EVENT_INDEXES:
        names = ["client_key", *index.split()]
        op.create_index(op.f(f"ix_audit_event_{'_'.join(names)}"), "audit_event", names)
    _create(
        "audit_event_person",
        "ref seq",
        [*_text(ref=32), _number("seq"), _refers("audit_event_person", "seq", "audit_event", "CASCADE")],
    )


def _make_proofs() -> None:
    _create(
        "audit_checkpoint",
        "seq",
        [_number("seq"), *_text(hash=64, at=24, key_id=16, public_key=64, signature=128)],
    )
    _create(
        "audit_trim",
        "through",
        [
            _number("through"),
            _number("events"),
            *_text(first_at=24, last_at=24),
            _refers("audit_trim", "through", "audit_checkpoint"),
        ],
    )


def _make_intents() -> None:
    _create(
        "worklog_intent",
        "id",
        [
            *_text(id=36, account_id=128, kind=8, write_key=64),
            sa.Column("issue_id", sa.BigInteger(), nullable=False),
            sa.Column("worklog_id", sa.BigInteger(), nullable=True),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("details", sa.JSON(), nullable=False),
            sa.CheckConstraint(
                "kind IN ('created', 'changed', 'deleted')", name=op.f("ck_worklog_intent_kind")
            ),
        ],
    )


def _create(table: str, key: str, parts: Parts) -> None:
    op.create_table(
        table,
        sa.Column("client_key", sa.String(255), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["client_key"], ["site.client_key"], name=op.f(f"fk_{table}_client_key_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_key", *key.split(), name=op.f(f"pk_{table}")),
    )


def _text(**lengths: int) -> Parts:
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items()]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)


def _id(name: str, length: int) -> sa.Column[str]:
    sorted_by_character = sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
    return sa.Column(name, sorted_by_character, nullable=False)


def _refers(table: str, column: str, other: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["client_key", column],
        [f"{other}.client_key", f"{other}.seq"],
        name=op.f(f"fk_{table}_client_key_{column}_{other}"),
        ondelete=ondelete,
    )
