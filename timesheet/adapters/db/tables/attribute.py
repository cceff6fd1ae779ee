"""The tables of attributes: their definitions, and the teams that chose them. No value of a worklog is here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable, within_site


class AttributeRow(SiteTable):
    """A site's own attribute, or the built-in one after its first change or choice."""

    __tablename__ = "worklog_attribute"
    __table_args__ = (
        CheckConstraint("kind IN ('checkbox', 'toggle', 'select', 'text', 'number')", name="kind"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(8))
    default_value: Mapped[str] = mapped_column(String(255))
    required: Mapped[bool]
    everywhere: Mapped[bool]
    retired: Mapped[bool]
    options: Mapped[list[list[Any]]] = mapped_column(JSON)
    version: Mapped[int]


class TeamAttributeRow(SiteTable):
    """An attribute that a team chose."""

    __tablename__ = "team_attribute"
    __table_args__ = (
        within_site("team_id", "team id", "CASCADE"),
        within_site("attribute_id", "worklog_attribute id", "CASCADE"),
        Index(None, "client_key", "attribute_id"),
    )

    team_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    attribute_id: Mapped[str] = mapped_column(String(36), primary_key=True)
