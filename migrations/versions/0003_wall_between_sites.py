"""Row-level security on every table of a site, on PostgreSQL."""

from __future__ import annotations

from alembic import op

from timesheet.adapters.db.row_security import allow_listing, protect, unprotect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    *("site", "site_setting", "person_setting"),
    *("legend", "global_calendar", "non_working_day", "workload_scheme", "leave"),
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
    """Enable row-level security."""
    protect(op.get_bind(), *TABLES)
    allow_listing(op.get_bind())


def downgrade() -> None:
    """Disable row-level security."""
    unprotect(op.get_bind(), *TABLES)
