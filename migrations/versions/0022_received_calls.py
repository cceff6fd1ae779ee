"""Hashes of the lifecycle calls that a site received, so that none of their tokens is accepted with another body."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; not in a batch, which would replace the table and its triggers on SQLite."""
    op.add_column("site", sa.Column("received_calls", sa.Text()))


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("site", "received_calls")
