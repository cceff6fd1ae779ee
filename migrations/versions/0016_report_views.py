"""Saved views of reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.revision import raise_with
from timesheet.adapters.db.row_security import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "report_view",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("owner", sa.String(128)),
        sa.Column("team_id", sa.String(36)),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("opens_first", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(owner IS NULL) <> (team_id IS NULL)", name=op.f("ck_report_view_belongs")),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_report_view_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_key", "team_id"],
            ["team.client_key", "team.id"],
            name=op.f("fk_report_view_client_key_team_id_team"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", "id", name=op.f("pk_report_view")),
    )
    op.create_index(op.f("ix_report_view_client_key_owner"), "report_view", ["client_key", "owner"])
    op.create_index(op.f("ix_report_view_client_key_team_id"), "report_view", ["client_key", "team_id"])
    op.create_table(
        "report_view_person",
        sa.Column("client_key", sa.String(255), nullable=False),
        sa.Column("view_id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_key"],
            ["site.client_key"],
            name=op.f("fk_report_view_person_client_key_site"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_key", "view_id"],
            ["report_view.client_key", "report_view.id"],
            name=op.f("fk_report_view_person_client_key_view_id_report_view"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("client_key", "view_id", "account_id", name=op.f("pk_report_view_person")),
    )
    op.create_index(
        op.f("ix_report_view_person_client_key_account_id"),
        "report_view_person",
        ["client_key", "account_id"],
    )
    protect(op.get_bind(), "report_view", "report_view_person")
    raise_with(op.get_bind(), "report_view", "report_view_person")


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("report_view_person")
    op.drop_table("report_view")
