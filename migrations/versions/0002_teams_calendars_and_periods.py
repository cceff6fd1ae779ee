"""Legends, calendars, schemes and leaves; teams; periods; labels and permissions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = "part IN ('whole', 'morning', 'afternoon')"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
IN_FORCE = sa.text("reopened_at IS NULL")
TABLES = (
    *("legend", "global_calendar", "non_working_day", "workload_scheme", "leave"),
    *(
        "team",
        "team_scheme",
        "role",
        "member",
        "member_role",
        "member_scheme",
        "team_group",
        "team_group_role",
    ),
    *("period_rule", "closing_record", "closing_member", "closing_worklog", "late_change"),
    *("user_label", "user_label_person", "site_permission", "permission_grant", "permission_grant_subject"),
)


def upgrade() -> None:
    """Create the tables; each belongs to a site and is deleted with it."""
    _make_days()
    _make_teams()
    _make_members()
    _make_groups()
    _make_periods()
    _make_closings()
    _make_labels()
    _make_permissions()


def downgrade() -> None:
    """Drop them again."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _make_days() -> None:
    _create("legend", "id", _text(id=36, title=100, colour=16, letter=4), _whole("version"))
    _create("global_calendar", "id", _text(id=36, name=100), _whole("version"))
    _create(
        "non_working_day",
        "calendar_id day part",
        _text(calendar_id=36),
        _day("day"),
        _text(part=9, title=100, legend_id=36),
        _refers("non_working_day", "calendar_id", "global_calendar id", "CASCADE"),
        _refers("non_working_day", "legend_id", "legend id"),
        _checks("non_working_day", part=PARTS),
    )
    _index("non_working_day", "legend_id")
    hours = {day: f"{day} BETWEEN 0 AND 86400" for day in WEEKDAYS}
    _create(
        "workload_scheme",
        "id",
        _text(id=36, name=100),
        _whole(*WEEKDAYS, "version"),
        _checks("workload_scheme", **hours),
    )
    _create(
        "leave",
        "account_id day part",
        _text(account_id=128),
        _day("day"),
        _text(part=9, legend_id=36),
        _refers("leave", "legend_id", "legend id"),
        _checks("leave", part=PARTS),
    )
    _index("leave", "legend_id")


def _make_teams() -> None:
    _create(
        "team",
        "id",
        _text(id=36, name=100, lead=128, default_scheme_id=36),
        _of(sa.Text(), "description"),
        _of(sa.JSON(), "project_ids"),
        _of(sa.Text(), "jql"),
        _of(sa.Boolean(), "archived"),
        _whole("version"),
        _refers("team", "default_scheme_id", "workload_scheme id"),
    )
    _create(
        "team_scheme",
        "scheme_id",
        _text(scheme_id=36, team_id=36),
        _refers("team_scheme", "scheme_id", "workload_scheme id", "CASCADE"),
        _refers("team_scheme", "team_id", "team id", "CASCADE"),
    )
    _index("team_scheme", "team_id")
    _create(
        "role",
        "team_id id",
        _text(team_id=36, id=36, name=100),
        _of(sa.JSON(), "permissions"),
        _of(sa.String(16), "system", nullable=True),
        _whole("version"),
        _refers("role", "team_id", "team id", "CASCADE"),
    )


def _make_members() -> None:
    _create(
        "member",
        "team_id account_id",
        _text(team_id=36, account_id=128),
        _of(sa.Date(), "joined_on", "left_on", nullable=True),
        _of(sa.String(36), "calendar_id", nullable=True),
        _of(sa.String(128), "group_id", nullable=True),
        _whole("version"),
        _refers("member", "team_id", "team id", "CASCADE"),
        _refers("member", "calendar_id", "global_calendar id"),
        _checks("member", stay="joined_on <= left_on"),
    )
    _index("member", "account_id")
    _index("member", "calendar_id")
    _create(
        "member_role",
        "team_id account_id role_id",
        _text(team_id=36, account_id=128, role_id=36),
        _refers("member_role", "team_id account_id", "member team_id account_id", "CASCADE"),
        _refers("member_role", "team_id role_id", "role team_id id", "CASCADE"),
    )
    _create(
        "member_scheme",
        "team_id account_id valid_from",
        _text(team_id=36, account_id=128),
        _day("valid_from"),
        _text(scheme_id=36),
        _refers("member_scheme", "team_id account_id", "member team_id account_id", "CASCADE"),
        _refers("member_scheme", "scheme_id", "workload_scheme id"),
    )
    _index("member_scheme", "scheme_id")


def _make_groups() -> None:
    _create(
        "team_group",
        "team_id group_id",
        _text(team_id=36, group_id=128),
        _of(sa.DateTime(timezone=True), "synced_at", nullable=True),
        _of(sa.Text(), "error"),
        _whole("version"),
        _refers("team_group", "team_id", "team id", "CASCADE"),
    )
    _create(
        "team_group_role",
        "team_id group_id role_id",
        _text(team_id=36, group_id=128, role_id=36),
        _refers("team_group_role", "team_id group_id", "team_group team_id group_id", "CASCADE"),
        _refers("team_group_role", "team_id role_id", "role team_id id", "CASCADE"),
    )


def _make_periods() -> None:
    _create("period_rule", "", _text(length=16), _day("starts_on"), _whole("version"))
    _create(
        "closing_record",
        "id",
        _text(id=36, team_id=36),
        _day("first_day", "last_day"),
        _text(closed_by=128),
        _of(sa.DateTime(timezone=True), "closed_at"),
        _of(sa.String(128), "reopened_by", nullable=True),
        _of(sa.DateTime(timezone=True), "reopened_at", nullable=True),
        _refers("closing_record", "team_id", "team id", "CASCADE"),
        _checks("closing_record", span="first_day <= last_day"),
    )
    _index("closing_record", "team_id", "closed_at")
    op.create_index(
        "uq_closing_record_in_force",
        "closing_record",
        ["client_key", "team_id", "first_day", "last_day"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )


def _make_closings() -> None:
    _create(
        "closing_member",
        "record_id account_id",
        _text(record_id=36, account_id=128),
        _of(sa.BigInteger(), "capacity", "spent"),
        _of(sa.JSON(), "basis"),
        _refers("closing_member", "record_id", "closing_record id", "CASCADE"),
    )
    _create(
        "closing_worklog",
        "record_id worklog_id",
        _text(record_id=36),
        _of(sa.BigInteger(), "worklog_id"),
        _text(fingerprint=64),
        _refers("closing_worklog", "record_id", "closing_record id", "CASCADE"),
    )
    _create(
        "late_change",
        "record_id worklog_id what",
        _text(record_id=36),
        _of(sa.BigInteger(), "worklog_id"),
        _text(what=8),
        _of(sa.DateTime(timezone=True), "found_at"),
        _of(sa.String(128), "who", nullable=True),
        _refers("late_change", "record_id", "closing_record id", "CASCADE"),
        _checks("late_change", what="what IN ('added', 'changed', 'removed')"),
    )


def _make_labels() -> None:
    _create("user_label", "id", _text(id=36, name=100, colour=16), _whole("version"))
    _create(
        "user_label_person",
        "label_id account_id",
        _text(label_id=36, account_id=128),
        _refers("user_label_person", "label_id", "user_label id", "CASCADE"),
    )


def _make_permissions() -> None:
    _create("site_permission", "", _whole("version"))
    _create(
        "permission_grant",
        "name",
        _text(name=32, whom=9),
        _refers("permission_grant", "", "site_permission", "CASCADE"),
        _checks("permission_grant", whom="whom IN ('nobody', 'everybody', 'some')"),
    )
    _create(
        "permission_grant_subject",
        "name kind subject",
        _text(name=32, kind=6, subject=128),
        _refers("permission_grant_subject", "name", "permission_grant name", "CASCADE"),
        _checks("permission_grant_subject", kind="kind IN ('group', 'person')"),
    )


def _create(table: str, key: str, *parts: list[sa.schema.SchemaItem]) -> None:
    op.create_table(
        table,
        sa.Column("client_key", sa.String(255), nullable=False),
        *(item for part in parts for item in part),
        *_refers(table, "", "site", "CASCADE"),
        sa.PrimaryKeyConstraint("client_key", *key.split(), name=op.f(f"pk_{table}")),
    )


def _of(type_: sa.types.TypeEngine[Any], *names: str, nullable: bool = False) -> list[sa.schema.SchemaItem]:
    return [sa.Column(name, type_, nullable=nullable) for name in names]


def _text(**lengths: int) -> list[sa.schema.SchemaItem]:
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items()]


def _whole(*names: str) -> list[sa.schema.SchemaItem]:
    return _of(sa.Integer(), *names)


def _day(*names: str) -> list[sa.schema.SchemaItem]:
    return _of(sa.Date(), *names)


def _checks(table: str, **conditions: str) -> list[sa.schema.SchemaItem]:
    return [sa.CheckConstraint(sql, name=op.f(f"ck_{table}_{name}")) for name, sql in conditions.items()]


def _refers(table: str, columns: str, target: str, ondelete: str | None = None) -> list[sa.schema.SchemaItem]:
    """Return a foreign key within the site."""
    other, *names = target.split()
    own, theirs = ["client_key", *columns.split()], ["client_key", *names]
    name = op.f(f"fk_{table}_{'_'.join(own)}_{other}")
    return [sa.ForeignKeyConstraint(own, [f"{other}.{n}" for n in theirs], name=name, ondelete=ondelete)]


def _index(table: str, *columns: str) -> None:
    names = ["client_key", *columns]
    op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, names)
