"""The timers of people (account, issue, and instants), and what a site sets for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.row_security import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SETTINGS = (("timer_rounding", sa.String(16)), ("timer_projects", sa.Text()))
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table, and add the columns; not in a batch, which would replace a table and its triggers on SQLite."""
    for name, kind in SETTINGS:
        op.add_column("site_setting", sa.Column(name, kind, nullable=False, server_default=""))
    op.create_table(
        "timer",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(128), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("counts_from", INSTANT, nullable=False),
        sa.Column("paused_at", INSTANT),
        sa.Column("confirmed_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["client_key"], ["site.client_key"], name=op.f("fk_timer_client_key_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_key", "account_id", name=op.f("pk_timer")),
    )
    protect(op.get_bind(), "timer")


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("timer")
    for name, _ in SETTINGS:
        op.drop_column("site_setting", name)
