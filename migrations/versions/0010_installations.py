"""The installation that holds a site, found by its id, and the app's own token for a site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.row_security import protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

HELD_BY, CLOUD = "ix_site_held_by", "ix_site_cloud_id"


def upgrade() -> None:
    """Add the columns and the table. The site's table is not copied, because its triggers would be lost."""
    op.add_column("site", sa.Column("held_by", sa.String(255)))
    op.add_column("site", sa.Column("api_url", sa.String(255)))
    op.create_index(op.f(HELD_BY), "site", ["held_by"], unique=True)
    op.create_index(op.f(CLOUD), "site", ["cloud_id"])
    op.create_table(
        "app_token",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_app_token_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", name=op.f("pk_app_token")),
    )
    protect(op.get_bind(), "app_token")


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("app_token")
    op.drop_index(op.f(CLOUD), "site")
    op.drop_index(op.f(HELD_BY), "site")
    op.drop_column("site", "api_url")
    op.drop_column("site", "held_by")
