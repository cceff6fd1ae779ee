"""Check that the database fulfills the app's requirements."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, literal, select, text
from sqlalchemy.exc import DBAPIError

from timesheet.adapters.db.row_security import has_row_security
from timesheet.adapters.db.tables.site import Instant
from timesheet.domain.errors import DatabaseBusy

# The hour that does not exist in most of Europe: any time zone conversion on the way would move it.
INSTANT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
MIGRATIONS = Path(__file__).parents[3] / "migrations" / "versions"
BOUND = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
OUT_OF_REACH = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM}
NO_RIGHT = "42501"
"""PostgreSQL's state insufficient_privilege, such as for a migration by a role that does not own the tables."""


class DatabaseUnfit(RuntimeError):
    """The app must not work with this database; the message says why and what to do."""


def make_folder(file: Path) -> None:
    """Create the folder of a database file. Raise DatabaseUnfit if no database can be there."""
    folder = file.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnfit(
            f"DATABASE_URL: the folder {folder} of the database file cannot be created ({error.strerror})."
        ) from error
    if file.is_dir():
        raise DatabaseUnfit(f"DATABASE_URL: {file} is a folder. Name a file in it.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseUnfit(
            f"DATABASE_URL: the user of this process may not write in {folder}, the folder of the database file."
        )


def check_zone(connection: Connection) -> None:
    """Raise DatabaseUnfit unless instants are stored unchanged and the session's zone is UTC (T7)."""
    if has_row_security(connection):
        zone = connection.scalar(text("SHOW TimeZone"))
        if zone != "UTC":
            raise DatabaseUnfit(
                f"DATABASE_URL: the session's time zone is {zone}, not UTC. A pooler between the app and PostgreSQL "
                "that drops `SET TIME ZONE` has to be configured to keep it, or the role needs "
                "`ALTER ROLE … SET timezone TO 'UTC'`."
            )
    back = connection.scalar(select(literal(INSTANT, Instant)))
    if back != INSTANT:
        raise DatabaseUnfit(
            f"DATABASE_URL: the database makes {back} of {INSTANT}; every time would be wrong."
        )


def check_role(connection: Connection) -> None:
    """Raise DatabaseUnfit if PostgreSQL would not apply row-level security to this role."""
    if has_row_security(connection) and connection.scalar(BOUND):
        raise DatabaseUnfit(
            "DATABASE_URL: this role is a superuser or has BYPASSRLS, so PostgreSQL would not keep the sites apart. "
            "Make one that is neither: `CREATE ROLE timesheet LOGIN PASSWORD …; "
            "CREATE DATABASE timesheet OWNER timesheet`."
        )


def is_damaged(error: DBAPIError) -> bool:
    """Return True for an error about a SQLite file that was cut off, overwritten, or never was a database."""
    return _code(error.orig) in DAMAGED


def reason_of(error: BaseException) -> str:
    """Return in the driver's own words why the database did not respond or cannot be used; "" for other errors."""
    driver = error.__cause__ if isinstance(error, DatabaseBusy) else getattr(error, "orig", None)
    if driver is None or not (isinstance(error, DatabaseBusy) or _is_unusable(driver)):
        return ""
    return str(driver).partition("\n")[0]


def _is_unusable(driver: BaseException) -> bool:
    refused = getattr(driver, "sqlstate", None) == NO_RIGHT
    return refused or _code(driver) in DAMAGED | OUT_OF_REACH


def _code(error: BaseException | None) -> int:
    """Return the code of an error of SQLite; extended codes have the plain one in their last byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def newest_migration() -> str:
    """Return the version that the newest migration leads to, such as 0021, with which its file's name begins."""
    return max(path.name.partition("_")[0] for path in MIGRATIONS.glob("0*.py"))


def is_migrated(connection: Connection) -> bool:
    """Return True if all migrations have run, or more: a program works with the tables of a newer one."""
    found = migration_of(connection)
    return found is not None and found >= newest_migration()


def migration_of(connection: Connection) -> str | None:
    """Return the version that the last migration led to; None if none has run."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
