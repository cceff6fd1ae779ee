"""Find the intents of an issue and the closings of a worklog by index: every write asks for both."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INTENTS = "ix_worklog_intent_client_key_issue_id"
CLOSINGS = "ix_closing_worklog_client_key_worklog_id"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(op.f(INTENTS), "worklog_intent", ["client_key", "issue_id"])
    op.create_index(op.f(CLOSINGS), "closing_worklog", ["client_key", "worklog_id"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index(op.f(CLOSINGS), "closing_worklog")
    op.drop_index(op.f(INTENTS), "worklog_intent")
