"""What the database must be like before the app may use it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, literal, select, text

from timesheet.adapters.db.tables.site import Instant
from timesheet.adapters.db.wall import walled

# The hour that does not exist in most of Europe: a zone anywhere on the way would move it.
INSTANT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
BOUND = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


class DatabaseUnfit(RuntimeError):
    """Why the app must not work with this database, and what to do about it."""


def check_zone(connection: Connection) -> None:
    """T7: DatabaseUnfit unless instants come back as they went, and the session thinks in UTC."""
    if walled(connection):
        zone = connection.scalar(text("SHOW TimeZone"))
        if zone != "UTC":
            raise DatabaseUnfit(
                f"DATABASE_URL: the session's time zone is {zone}, not UTC. A pooler between the app and PostgreSQL "
                "that drops `SET TIME ZONE` must be told to keep it, or the role needs "
                "`ALTER ROLE … SET timezone TO 'UTC'`."
            )
    back = connection.scalar(select(literal(INSTANT, Instant)))
    if back != INSTANT:
        raise DatabaseUnfit(
            f"DATABASE_URL: the database makes {back} of {INSTANT}; every time would be wrong."
        )


def check_role(connection: Connection) -> None:
    """DatabaseUnfit when PostgreSQL would not hold this role to row-level security."""
    if walled(connection) and connection.scalar(BOUND):
        raise DatabaseUnfit(
            "DATABASE_URL: this role is a superuser or has BYPASSRLS, so PostgreSQL would not keep the sites apart. "
            "Make one that is neither: `CREATE ROLE timesheet LOGIN PASSWORD …; GRANT ALL ON DATABASE … TO timesheet`."
        )
