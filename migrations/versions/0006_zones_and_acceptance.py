"""The time zone that a closing used for each member, and who accepted a late change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OF_CHANGE = (
    ("author", sa.String(128)),
    ("state", sa.String(64)),
    ("accepted_by", sa.String(128)),
    ("accepted_at", INSTANT),
    ("note", sa.String(500)),
)


def upgrade() -> None:
    """Add the columns; existing rows have no values for them."""
    op.add_column("closing_member", sa.Column("zone", sa.String(64)))
    for name, kind in OF_CHANGE:
        op.add_column("late_change", sa.Column(name, kind))


def downgrade() -> None:
    """Drop them again."""
    with op.batch_alter_table("late_change") as late_change:
        for name, _ in reversed(OF_CHANGE):
            late_change.drop_column(name)
    with op.batch_alter_table("closing_member") as closing_member:
        closing_member.drop_column("zone")
