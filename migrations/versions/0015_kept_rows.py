"""The rows that a person keeps in their timesheet, and whether those of last week are shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.row_security import protect

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and add the setting; not in a batch, which would replace the table on SQLite."""
    op.create_table(
        "kept_row",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(128), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_key"], ["site.client_key"], name=op.f("fk_kept_row_client_key_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_key", "account_id", "issue_id", name=op.f("pk_kept_row")),
    )
    protect(op.get_bind(), "kept_row")
    op.add_column(
        "person_setting", sa.Column("last_week", sa.Boolean(), nullable=False, server_default=sa.true())
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_column("person_setting", "last_week")
    op.drop_table("kept_row")
