"""An index of the closings in force by their days, because each event asks for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NAME, IN_FORCE = "ix_closing_record_client_key_last_day", sa.text("reopened_at IS NULL")


def upgrade() -> None:
    """Create the index; there are few closings."""
    op.create_index(
        op.f(NAME),
        "closing_record",
        ["client_key", "last_day"],
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_index(op.f(NAME), "closing_record")
