"""The tables of periods: the rule, closings, and late changes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable, within_site
from timesheet.adapters.db.tables.site import Instant

IN_FORCE = text("reopened_at IS NULL")


class PeriodRuleRow(SiteTable):
    """The length of a site's periods."""

    __tablename__ = "period_rule"

    length: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date]
    version: Mapped[int]


class ClosingRecordRow(SiteTable):
    """One closing; for each team and period at most one is in force."""

    __tablename__ = "closing_record"
    __table_args__ = (
        within_site("team_id", "team id", "CASCADE"),
        CheckConstraint("first_day <= last_day", name="span"),
        Index(None, "client_key", "team_id", "closed_at"),
        Index(
            "uq_closing_record_in_force",
            "client_key",
            "team_id",
            "first_day",
            "last_day",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        # Each event asks whether a closing has its days.
        Index(None, "client_key", "last_day", sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(36))
    first_day: Mapped[date]
    last_day: Mapped[date]
    closed_by: Mapped[str] = mapped_column(String(128))
    closed_at: Mapped[datetime] = mapped_column(Instant)
    reopened_by: Mapped[str | None] = mapped_column(String(128))
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)


class ClosingMemberRow(SiteTable):
    """A member at the closing: seconds, the values behind the capacity, and the zone of the work dates."""

    __tablename__ = "closing_member"
    __table_args__ = (within_site("record_id", "closing_record id", "CASCADE"),)

    record_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    capacity: Mapped[int] = mapped_column(BigInteger)
    spent: Mapped[int] = mapped_column(BigInteger)
    basis: Mapped[dict[str, str]] = mapped_column(JSON)
    zone: Mapped[str | None] = mapped_column(String(64))


class ClosingWorklogRow(SiteTable):
    """A worklog in a closing, with its keyed hash."""

    __tablename__ = "closing_worklog"
    __table_args__ = (
        within_site("record_id", "closing_record id", "CASCADE"),
        Index(None, "client_key", "worklog_id"),
    )

    record_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    worklog_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))


class LateChangeRow(SiteTable):
    """A worklog that changed after a closing, once for each kind of change."""

    __tablename__ = "late_change"
    __table_args__ = (
        within_site("record_id", "closing_record id", "CASCADE"),
        CheckConstraint("what IN ('added', 'changed', 'removed')", name="what"),
    )

    record_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    worklog_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    what: Mapped[str] = mapped_column(String(8), primary_key=True)
    found_at: Mapped[datetime] = mapped_column(Instant)
    who: Mapped[str | None] = mapped_column(String(128))
    author: Mapped[str | None] = mapped_column(String(128))
    state: Mapped[str | None] = mapped_column(String(64))
    accepted_by: Mapped[str | None] = mapped_column(String(128))
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str | None] = mapped_column(String(500))


class WorklogEventRow(SiteTable):
    """An event about one version of a worklog; once it is processed, only that it was received."""

    __tablename__ = "worklog_event"

    worklog_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    worklog_version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    issue_id: Mapped[int | None] = mapped_column(BigInteger)
    author: Mapped[str | None] = mapped_column(String(128))
    who: Mapped[str | None] = mapped_column(String(128))
    started: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)


class ChangeFeedRow(SiteTable):
    """The point up to which Jira's lists of changed and of deleted worklogs were read, in epoch milliseconds."""

    __tablename__ = "change_feed"

    updated_through: Mapped[int] = mapped_column(BigInteger)
    deleted_through: Mapped[int] = mapped_column(BigInteger)
