"""The templates of people: hours of a day or a week under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.row_security import protect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "template",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(128), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_key"], ["site.client_key"], name=op.f("fk_template_client_key_site"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_key", "account_id", "id", name=op.f("pk_template")),
    )
    protect(op.get_bind(), "template")


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("template")
