"""The table with the app's own access tokens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable
from timesheet.adapters.db.tables.site import Instant


class AppTokenRow(SiteTable):
    """The token with which the app calls a site as itself, encrypted, and when it expires.

    ``silent_nights`` counts the nights on which the app ran and the token had expired without a newer one.
    """

    __tablename__ = "app_token"

    sealed_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    silent_nights: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
