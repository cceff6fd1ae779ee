"""The table of timers: whose, on which issue, and instants; nothing else about the work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable
from timesheet.adapters.db.tables.site import Instant


class TimerRow(SiteTable):
    """The timer of one person."""

    __tablename__ = "timer"

    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    issue_id: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(Instant)
    counts_from: Mapped[datetime] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
