"""Sites, their settings and their people's settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the first three tables."""
    op.create_table(
        "site",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("base_url", sa.String(255), nullable=False),
        sa.Column("display_url", sa.String(255), nullable=False),
        sa.Column("sealed_secret", sa.Text()),
        sa.Column("secret_version", sa.Integer(), nullable=False),
        sa.Column("oauth_client_id", sa.String(255)),
        sa.Column("installation_id", sa.String(255)),
        sa.Column("cloud_id", sa.String(255)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("installed_at", INSTANT, nullable=False),
        sa.Column("uninstalled_at", INSTANT),
        sa.Column("erase_after", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("status IN ('installed', 'disabled', 'uninstalled')", name=op.f("ck_site_status")),
        sa.PrimaryKeyConstraint("client_key", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_erase_after"), "site", ["erase_after"])
    op.create_table(
        "site_setting",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("fallback_zone", sa.String(64), nullable=False),
        sa.Column("week_start", sa.String(6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _site_key("site_setting"),
        sa.PrimaryKeyConstraint("client_key", name=op.f("pk_site_setting")),
    )
    op.create_table(
        "person_setting",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("account_id", sa.String(128), nullable=False),
        sa.Column("duration_format", sa.String(16), nullable=False),
        sa.Column("view", sa.String(16), nullable=False),
        sa.Column("layout", sa.String(16), nullable=False),
        sa.Column("group_by", sa.String(16), nullable=False),
        _site_key("person_setting"),
        sa.PrimaryKeyConstraint("client_key", "account_id", name=op.f("pk_person_setting")),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("person_setting")
    op.drop_table("site_setting")
    op.drop_index(op.f("ix_site_erase_after"), "site")
    op.drop_table("site")


def _site_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["client_key"], ["site.client_key"], name=op.f(f"fk_{table}_client_key_site"), ondelete="CASCADE"
    )
