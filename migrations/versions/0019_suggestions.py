"""Store whether a person sees suggestions, and hashes of those that they dismissed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

COLUMNS = (("suggestions", sa.Boolean(), sa.true()), ("dismissed_suggestions", sa.Text(), ""))


def upgrade() -> None:
    """Add the columns; not in a batch, which would replace the table and its triggers on SQLite."""
    for name, kind, default in COLUMNS:
        op.add_column("person_setting", sa.Column(name, kind, nullable=False, server_default=default))


def downgrade() -> None:
    """Drop them again."""
    for name, _, _ in COLUMNS:
        op.drop_column("person_setting", name)
