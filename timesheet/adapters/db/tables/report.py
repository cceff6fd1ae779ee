"""The tables of saved views of reports."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable, within_site


class ReportViewRow(SiteTable):
    """A saved view, of a person or of a team."""

    __tablename__ = "report_view"
    __table_args__ = (
        within_site("team_id", "team id", "CASCADE"),
        CheckConstraint("(owner IS NULL) <> (team_id IS NULL)", name="belongs"),
        Index(None, "client_key", "owner"),
        Index(None, "client_key", "team_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    owner: Mapped[str | None] = mapped_column(String(128))
    team_id: Mapped[str | None] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[str] = mapped_column(Text)
    opens_first: Mapped[bool]
    version: Mapped[int]


class ReportViewPersonRow(SiteTable):
    """A person in the filter of a view."""

    __tablename__ = "report_view_person"
    __table_args__ = (
        within_site("view_id", "report_view id", "CASCADE"),
        Index(None, "client_key", "account_id"),
    )

    view_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
