"""The tables that name people across teams: user labels, grants, and kept rows of a timesheet."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from timesheet.adapters.db.site_rows import SiteTable, within_site


class LabelRow(SiteTable):
    """A user label."""

    __tablename__ = "user_label"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    # The column keeps the spelling of its migration: a new name takes two releases.
    colour: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]


class LabelPersonRow(SiteTable):
    """A person who has a label."""

    __tablename__ = "user_label_person"
    __table_args__ = (within_site("label_id", "user_label id", "CASCADE"),)

    label_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)


class PermissionRow(SiteTable):
    """A row that exists if a site's admins have set permissions; all permissions share its version."""

    __tablename__ = "site_permission"

    version: Mapped[int]


class GrantRow(SiteTable):
    """The people that a module or site permission reaches."""

    __tablename__ = "permission_grant"
    __table_args__ = (
        within_site("", "site_permission", "CASCADE"),
        CheckConstraint("whom IN ('nobody', 'admins', 'everybody', 'some')", name="whom"),
    )

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    whom: Mapped[str] = mapped_column(String(9))


class GrantSubjectRow(SiteTable):
    """A person or group listed in a grant."""

    __tablename__ = "permission_grant_subject"
    __table_args__ = (
        within_site("name", "permission_grant name", "CASCADE"),
        CheckConstraint("kind IN ('group', 'person')", name="kind"),
    )

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(6), primary_key=True)
    subject: Mapped[str] = mapped_column(String(128), primary_key=True)


class KeptRow(SiteTable):
    """An issue that keeps its row in a person's timesheet; ``position`` orders pinned ones, and added ones."""

    __tablename__ = "kept_row"

    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    issue_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    pinned: Mapped[bool]
    position: Mapped[int]


class TemplateRow(SiteTable):
    """Hours of a day or a week that a person keeps under a name.

    ``hours`` has ``weekday issue_id seconds`` for each, separated by commas: a template is read and written as a whole.
    """

    __tablename__ = "template"

    account_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    weekly: Mapped[bool]
    hours: Mapped[str] = mapped_column(Text)
