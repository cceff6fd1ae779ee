"""Attributes of worklogs, as admins define them, and the teams that chose them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.revision import raise_with
from timesheet.adapters.db.row_security import protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("worklog_attribute", "team_attribute")
KINDS = "kind IN ('checkbox', 'toggle', 'select', 'text', 'number')"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "worklog_attribute",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("default_value", sa.String(255), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("everywhere", sa.Boolean(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_worklog_attribute_kind")),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_worklog_attribute_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", "id", name=op.f("pk_worklog_attribute")),
    )
    op.create_table(
        "team_attribute",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("team_id", sa.String(36), nullable=False),
        sa.Column("attribute_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_team_attribute_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_key", "team_id"],
            ["team.client_key", "team.id"],
            name=op.f("fk_team_attribute_client_key_team"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_key", "attribute_id"],
            ["worklog_attribute.client_key", "worklog_attribute.id"],
            name=op.f("fk_team_attribute_client_key_worklog_attribute"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", "team_id", "attribute_id", name=op.f("pk_team_attribute")),
    )
    op.create_index(
        op.f("ix_team_attribute_client_key_attribute_id"), "team_attribute", ["client_key", "attribute_id"]
    )
    raise_with(op.get_bind(), *TABLES)
    protect(op.get_bind(), *TABLES)


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("team_attribute")
    op.drop_table("worklog_attribute")
