"""The language that a person chose, and that of a site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = ("site_setting", "person_setting")


def upgrade() -> None:
    """Add the columns; not in a batch, which would replace the table and its triggers on SQLite."""
    for table in TABLES:
        op.add_column(table, sa.Column("language", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_column(table, "language")
