"""Events about worklogs that wait to be processed, and how far Jira's lists of changes were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.row_security import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "worklog_event",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("worklog_id", sa.BigInteger(), nullable=False),
        sa.Column("worklog_version", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger()),
        sa.Column("author", sa.String(128)),
        sa.Column("who", sa.String(128)),
        sa.Column("started", INSTANT),
        sa.Column("done_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_worklog_event_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", "worklog_id", "worklog_version", name=op.f("pk_worklog_event")),
    )
    op.create_table(
        "change_feed",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("updated_through", sa.BigInteger(), nullable=False),
        sa.Column("deleted_through", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_change_feed_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", name=op.f("pk_change_feed")),
    )
    protect(op.get_bind(), "worklog_event", "change_feed")


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("change_feed")
    op.drop_table("worklog_event")
