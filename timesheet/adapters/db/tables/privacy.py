"""The table with the progress of the report on people's accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable
from timesheet.adapters.db.tables.site import Instant


class AccountReportRow(SiteTable):
    """The state of a site's report: when it started, how far it is, and when the next one is due."""

    __tablename__ = "account_report"

    started_at: Mapped[datetime | None] = mapped_column(Instant)
    reported_through: Mapped[str] = mapped_column(String(128))
    cycle_days: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(Instant)
