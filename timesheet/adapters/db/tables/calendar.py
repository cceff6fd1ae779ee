"""The tables that decide the expected time of a day: legends, calendars, schemes, and leaves."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable, within_site

PARTS = "part IN ('whole', 'morning', 'afternoon')"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class LegendRow(SiteTable):
    """A site's own legend, or a built-in one after its first use or change."""

    __tablename__ = "legend"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    # The column keeps the spelling of its migration: a new name takes two releases.
    colour: Mapped[str] = mapped_column(String(16))
    letter: Mapped[str] = mapped_column(String(4))
    version: Mapped[int]


class CalendarRow(SiteTable):
    """A global calendar."""

    __tablename__ = "global_calendar"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]


class NonWorkingDayRow(SiteTable):
    """A day of a global calendar."""

    __tablename__ = "non_working_day"
    __table_args__ = (
        within_site("calendar_id", "global_calendar id", "CASCADE"),
        within_site("legend_id", "legend id"),
        CheckConstraint(PARTS, name="part"),
        Index(None, "client_key", "legend_id"),
    )

    calendar_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(9), primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    legend_id: Mapped[str] = mapped_column(String(36))


class SchemeRow(SiteTable):
    """A workload scheme; the site's default after its first use or change. Seconds for each weekday."""

    __tablename__ = "workload_scheme"
    __table_args__ = tuple(CheckConstraint(f"{day} BETWEEN 0 AND 86400", name=day) for day in WEEKDAYS)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    monday: Mapped[int]
    tuesday: Mapped[int]
    wednesday: Mapped[int]
    thursday: Mapped[int]
    friday: Mapped[int]
    saturday: Mapped[int]
    sunday: Mapped[int]
    version: Mapped[int]


class TeamSchemeRow(SiteTable):
    """The team of a scheme; a separate table, because a team refers to its default scheme."""

    __tablename__ = "team_scheme"
    __table_args__ = (
        within_site("scheme_id", "workload_scheme id", "CASCADE"),
        within_site("team_id", "team id", "CASCADE"),
        Index(None, "client_key", "team_id"),
    )

    scheme_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(36))


class LeaveRow(SiteTable):
    """A day on which a person is away."""

    __tablename__ = "leave"
    __table_args__ = (
        within_site("legend_id", "legend id"),
        CheckConstraint(PARTS, name="part"),
        Index(None, "client_key", "legend_id"),
    )

    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(9), primary_key=True)
    legend_id: Mapped[str] = mapped_column(String(36))
