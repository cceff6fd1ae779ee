"""Jira admins as holders of a site permission, and the checklist that a person dismissed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "permission_grant"
CHECK = "ck_permission_grant_whom"
BEFORE = "whom IN ('nobody', 'everybody', 'some')"
AFTER = "whom IN ('nobody', 'admins', 'everybody', 'some')"
compatible = {f"{TABLE}: check {CHECK} is new or changed": "it allows one more value"}


def upgrade() -> None:
    """Allow the new value, and add the column."""
    _check(AFTER)
    with op.batch_alter_table("person_setting") as setting:
        setting.add_column(sa.Column("dismissed", sa.String(32), nullable=True))


def downgrade() -> None:
    """Grant nothing to Jira admins, and drop the column."""
    with op.batch_alter_table("person_setting") as setting:
        setting.drop_column("dismissed")
    op.execute(f"UPDATE {TABLE} SET whom = 'nobody' WHERE whom = 'admins'")  # noqa: S608 - a name of our own
    _check(BEFORE)


def _check(condition: str) -> None:
    """Replace the check."""
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(op.f(CHECK), type_="check")
        table.create_check_constraint(op.f(CHECK), condition)
