"""Jobs that a worker runs, and what wakes it on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.row_security import allow_listing, has_row_security, protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# As huey's PostgresStorage would create them; the app's own role may not create tables.
QUEUE = (
    """CREATE TABLE job_queue_kv (
        queue text NOT NULL, key text NOT NULL, value bytea NOT NULL, PRIMARY KEY (queue, key))""",
    """CREATE TABLE job_queue_schedule (
        id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL, timestamp double precision NOT NULL)""",
    "CREATE INDEX job_queue_schedule_queue_timestamp ON job_queue_schedule (queue, timestamp)",
    """CREATE TABLE job_queue_task (
        id bigserial PRIMARY KEY, queue text NOT NULL, data bytea NOT NULL,
        priority double precision NOT NULL DEFAULT 0.0)""",
    "CREATE INDEX job_queue_task_queue_priority_id ON job_queue_task (queue, priority DESC, id)",
    """CREATE TABLE job_queue_counter (
        queue text NOT NULL, key text NOT NULL, value bigint NOT NULL DEFAULT 0, PRIMARY KEY (queue, key))""",
)


def upgrade() -> None:
    """Create the tables; only a PostgreSQL keeps its queue beside them."""
    op.create_table(
        "job",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(32)),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("problem", sa.String(64), nullable=False),
        sa.Column("dead_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["client_key"], ["site.client_key"], name=op.f("fk_job_client_key_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_key", "name", "subject", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_due_at"), "job", ["due_at"])
    op.create_index(op.f("ix_job_holder"), "job", ["holder"])
    protect(op.get_bind(), "job")
    allow_listing(op.get_bind(), "job")
    if has_row_security(op.get_bind()):
        for statement in QUEUE:
            op.execute(statement)


def downgrade() -> None:
    """Drop them again."""
    if has_row_security(op.get_bind()):
        for name in ("kv", "schedule", "task", "counter"):
            op.execute(f"DROP TABLE job_queue_{name}")
    op.drop_table("job")
