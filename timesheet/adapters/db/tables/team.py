"""The tables of teams: roles, members, and followed groups."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable, within_site
from timesheet.adapters.db.tables.site import Instant


class TeamRow(SiteTable):
    """A team with its scope."""

    __tablename__ = "team"
    __table_args__ = (within_site("default_scheme_id", "workload_scheme id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    lead: Mapped[str] = mapped_column(String(128))
    default_scheme_id: Mapped[str] = mapped_column(String(36))
    description: Mapped[str] = mapped_column(Text)
    project_ids: Mapped[list[int]] = mapped_column(JSON)
    jql: Mapped[str] = mapped_column(Text)
    archived: Mapped[bool]
    version: Mapped[int]


class RoleRow(SiteTable):
    """A role of a team."""

    __tablename__ = "role"
    __table_args__ = (within_site("team_id", "team id", "CASCADE"),)

    team_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    permissions: Mapped[list[str]] = mapped_column(JSON)
    system: Mapped[str | None] = mapped_column(String(16))
    version: Mapped[int]


class MemberRow(SiteTable):
    """A person in a team."""

    __tablename__ = "member"
    __table_args__ = (
        within_site("team_id", "team id", "CASCADE"),
        within_site("calendar_id", "global_calendar id"),
        CheckConstraint("joined_on <= left_on", name="stay"),
        Index(None, "client_key", "account_id"),
        Index(None, "client_key", "calendar_id"),
    )

    team_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    calendar_id: Mapped[str | None] = mapped_column(String(36))
    group_id: Mapped[str | None] = mapped_column(String(128))
    version: Mapped[int]


class MemberRoleRow(SiteTable):
    """A role of a member, from the same team."""

    __tablename__ = "member_role"
    __table_args__ = (
        within_site("team_id account_id", "member team_id account_id", "CASCADE"),
        within_site("team_id role_id", "role team_id id", "CASCADE"),
    )

    team_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    role_id: Mapped[str] = mapped_column(String(36), primary_key=True)


class MemberSchemeRow(SiteTable):
    """A member's scheme from a day on; the earliest possible day represents "from the beginning"."""

    __tablename__ = "member_scheme"
    __table_args__ = (
        within_site("team_id account_id", "member team_id account_id", "CASCADE"),
        within_site("scheme_id", "workload_scheme id"),
        Index(None, "client_key", "scheme_id"),
    )

    team_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    scheme_id: Mapped[str] = mapped_column(String(36))


class TeamGroupRow(SiteTable):
    """A Jira group that a team follows, and the result of the last sync."""

    __tablename__ = "team_group"
    __table_args__ = (within_site("team_id", "team id", "CASCADE"),)

    team_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    synced_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class TeamGroupRoleRow(SiteTable):
    """A role for the people of a group."""

    __tablename__ = "team_group_role"
    __table_args__ = (
        within_site("team_id group_id", "team_group team_id group_id", "CASCADE"),
        within_site("team_id role_id", "role team_id id", "CASCADE"),
    )

    team_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    role_id: Mapped[str] = mapped_column(String(36), primary_key=True)
