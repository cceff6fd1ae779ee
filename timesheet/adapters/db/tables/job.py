"""The table of jobs: when they are due, who runs them, and how they ended.

It contains no person, and nothing of Jira but ids.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable
from timesheet.adapters.db.tables.site import Instant


class JobRow(SiteTable):
    """One job of one site; ``holder`` is the run in progress, and ``beat`` rises as long as its worker is alive."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "due_at"), Index(None, "holder"))

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    asked: Mapped[int]
    holder: Mapped[str | None] = mapped_column(String(32))
    beat: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int]
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str] = mapped_column(String(16))
    problem: Mapped[str] = mapped_column(String(64))
    dead_at: Mapped[datetime | None] = mapped_column(Instant)
