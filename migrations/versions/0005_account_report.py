"""The progress of the report on people's accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.row_security import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "account_report",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("started_at", INSTANT),
        sa.Column("reported_through", sa.String(128), nullable=False),
        sa.Column("cycle_days", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_account_report_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", name=op.f("pk_account_report")),
    )
    protect(op.get_bind(), "account_report")


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("account_report")
