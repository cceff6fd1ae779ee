"""A revision for each site, which the database raises with every change of the site's own data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from timesheet.adapters.db.revision import raise_with, stop_raising

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = (
    *("site_setting", "legend", "global_calendar", "non_working_day", "workload_scheme", "leave"),
    *(
        "team",
        "team_scheme",
        "role",
        "member",
        "member_role",
        "member_scheme",
        "team_group",
        "team_group_role",
    ),
    *("period_rule", "closing_record", "closing_member", "closing_worklog", "late_change"),
    *("user_label", "user_label_person", "site_permission", "permission_grant", "permission_grant_subject"),
)


def upgrade() -> None:
    """Add the column, and the triggers that raise it. The default is stored once and rewrites no row."""
    op.add_column("site", sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0"))
    raise_with(op.get_bind(), *TABLES)


def downgrade() -> None:
    """Drop them again."""
    stop_raising(op.get_bind(), *TABLES)
    op.drop_column("site", "revision")
