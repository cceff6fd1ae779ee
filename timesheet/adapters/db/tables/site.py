"""The tables of sites and settings. Rows never leave this folder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    String,
    Text,
    TypeDecorator,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from timesheet.adapters.db.base import Base, Written


def _written(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


INSTANT = Written("DATETIME", datetime.fromisoformat, _written)


class Instant(TypeDecorator[datetime]):
    """A timezone-aware instant; SQLite stores no zone, so UTC is added when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        return dialect.type_descriptor(INSTANT if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes and store UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as an aware datetime in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SiteRow(Base):
    """A site that installed the app; its secret is encrypted, and NULL after the uninstall."""

    __tablename__ = "site"
    # The app's role erases a site only through a function of the owner of the tables: see site/guard.py.
    __table_args__ = (
        CheckConstraint("status IN ('installed', 'disabled', 'uninstalled')", name="status"),
        {"info": {"rights": "SELECT, INSERT, UPDATE"}},
    )

    client_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    base_url: Mapped[str] = mapped_column(String(255))
    display_url: Mapped[str] = mapped_column(String(255))
    sealed_secret: Mapped[str | None] = mapped_column(Text)
    secret_version: Mapped[int]
    oauth_client_id: Mapped[str | None] = mapped_column(String(255))
    installation_id: Mapped[str | None] = mapped_column(String(255))
    cloud_id: Mapped[str | None] = mapped_column(String(255), index=True)
    held_by: Mapped[str | None] = mapped_column(String(255), unique=True, index=True)
    api_url: Mapped[str | None] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(16))
    installed_at: Mapped[datetime] = mapped_column(Instant)
    uninstalled_at: Mapped[datetime | None] = mapped_column(Instant)
    erase_after: Mapped[datetime | None] = mapped_column(Instant, index=True)
    received_calls: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column()
    # Raised by the database itself: see adapters/db/revision.py.
    revision: Mapped[int] = mapped_column(BigInteger, server_default="0")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy declares it so)


class SiteSettingRow(Base):
    """The settings of a site."""

    __tablename__ = "site_setting"

    client_key: Mapped[str] = mapped_column(
        ForeignKey("site.client_key", ondelete="CASCADE"), primary_key=True
    )
    fallback_zone: Mapped[str] = mapped_column(String(64))
    week_start: Mapped[str] = mapped_column(String(6))
    audit_days: Mapped[int | None]
    language: Mapped[str] = mapped_column(String(16), server_default=text("''"))
    timer_rounding: Mapped[str] = mapped_column(String(16), server_default=text("''"))
    timer_projects: Mapped[str] = mapped_column(Text, server_default=text("''"))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (SQLAlchemy declares it so)


class PersonSettingRow(Base):
    """The display settings of one person on a site."""

    __tablename__ = "person_setting"

    client_key: Mapped[str] = mapped_column(
        ForeignKey("site.client_key", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    duration_format: Mapped[str] = mapped_column(String(16))
    view: Mapped[str] = mapped_column(String(16))
    layout: Mapped[str] = mapped_column(String(16))
    group_by: Mapped[str] = mapped_column(String(16))
    dismissed: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(16), server_default=text("''"))
    last_week: Mapped[bool] = mapped_column(server_default=true())
    suggestions: Mapped[bool] = mapped_column(server_default=true())
    dismissed_suggestions: Mapped[str] = mapped_column(Text, server_default=text("''"))
