"""Copy all rows of a SQLite file of the app into an empty PostgreSQL database, all or none.

It runs as the app's own role, so each row passes the checks, the triggers, and row-level security. ``pgloader`` and the
like need a role that row-level security does not restrict, and do not know how the app stores instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, event, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from timesheet.adapters.crypto.secret_box import SecretBox, SecretBoxError
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.engine import open_sqlite, prepare_sqlite
from timesheet.adapters.db.fitness import migration_of, newest_migration
from timesheet.adapters.db.row_security import has_row_security, set_site
from timesheet.adapters.db.tables.audit import AuditRegisterHeadRow
from timesheet.adapters.db.tables.site import SiteRow
from timesheet.domain.errors import Conflict, InvalidInput

AT_ONCE = 1000
STREAMED = {"yield_per": AT_ONCE}
UNREADABLE = (SQLAlchemyError, InvalidInput, ValueError, TypeError, LookupError, AttributeError)
"""The errors of both databases, and of the types of columns for values that only SQLite stores in them."""
RAISED = "revision"
"""The column that triggers change while rows arrive."""


def copy_from_sqlite(database: Database, box: SecretBox, path: Path) -> tuple[int, int]:
    """Copy all rows; return how many sites and rows there are. The caller commits. Raise Conflict if nothing can be."""
    target = database.connection
    _require_empty(target)
    with _opened(path) as source:
        _require_sound(source, path)
        _require_same_migration(source, path)
        _require_keys(source, box)
        counts = {table.name: _copy_table(source, target, table) for table in Base.metadata.sorted_tables}
    return counts[SiteRow.__tablename__], sum(counts.values())


@contextmanager
def _opened(path: Path) -> Iterator[Connection]:
    """Open the file for this program alone, because the copy would lack what a running app stores meanwhile."""
    engine = open_sqlite(path)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # It fails while another program has the file open, even if that is idle; so it comes before the first read.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")

    prepare_sqlite(engine)
    try:
        try:
            connection = engine.connect()
            connection.begin()
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", error)
            advice = " Stop the app before its data moves." if "locked" in str(cause) else ""
            raise Conflict(f"{path}: cannot be opened ({cause}).{advice}") from error
        with connection:
            yield connection
    finally:
        engine.dispose()


def _require_sound(source: Connection, path: Path) -> None:
    """Raise Conflict for a file that was cut off or overwritten in part; SQLite notices most of it only in a check."""
    try:
        found = source.scalars(text("PRAGMA integrity_check(1)")).all()
    except SQLAlchemyError as error:
        found = [str(getattr(error, "orig", error))]
    if found != ["ok"]:
        raise Conflict(f"{path}: is damaged ({found[0].splitlines()[-1]}). Copy a backup instead.")


def _require_same_migration(source: Connection, path: Path) -> None:
    if migration_of(source) != newest_migration():
        raise Conflict(
            f"{path}: does not have the tables of this version. Upgrade it first: flask --app app db upgrade, with "
            "this file as DATABASE_URL."
        )


def _require_keys(source: Connection, box: SecretBox) -> None:
    """Raise Conflict if the keys do not open the secrets. Otherwise people would find out when they open the app."""
    try:
        for sealed in source.scalars(select(SiteRow.sealed_secret).where(SiteRow.sealed_secret.is_not(None))):
            box.open(sealed or "")
    except SecretBoxError as error:
        raise Conflict(f"{error}. Use the keys of the SQLite database.") from error


def _require_empty(target: Connection) -> None:
    if not has_row_security(target):
        raise Conflict("DATABASE_URL: must name the PostgreSQL database to copy to.")
    set_site(target, "", listing=True)
    # Whatever the app stores belongs to a site or is in the register, whose head every role sees.
    if any(target.execute(select(row).limit(1)).first() for row in (SiteRow, AuditRegisterHeadRow)):
        raise Conflict(
            "DATABASE_URL: this database has data already. Copy to one that has tables and no rows."
        )


def _copy_table(source: Connection, target: Connection, table: Table) -> int:
    try:
        return sum(_copy_site(source, target, table, site) for site in _sites_in(source, table))
    except UNREADABLE as error:
        raise Conflict(
            f"{table.name}: one of its rows cannot be copied ({_kind(error)}). Nothing was copied."
        ) from error


def _copy_site(source: Connection, target: Connection, table: Table, site: str) -> int:
    set_site(target, site, listing=False)
    sent, arrived = _Fingerprint(), _Fingerprint()
    for rows in _rows(source, table, site):
        target.execute(insert(table), [sent.add(row) for row in rows])
    for rows in _rows(target, table, site):
        for row in rows:
            arrived.add(row)
    if (sent.count, sent.sum) != (arrived.count, arrived.sum):
        raise Conflict(
            f"{table.name}: the {arrived.count} rows that arrived differ from the {sent.count} that were sent."
        )
    return sent.count


def _sites_in(source: Connection, table: Table) -> Iterable[str]:
    """Return the sites with rows in a table; an empty key for the one table that belongs to no site."""
    if "client_key" not in table.columns:
        return [""]
    return source.scalars(select(table.c.client_key).distinct().order_by(table.c.client_key)).all()


def _rows(connection: Connection, table: Table, site: str) -> Iterator[Iterable[Row[*tuple[Any, ...]]]]:
    statement = select(table).where(table.c.client_key == site) if site else select(table)
    yield from connection.execute(statement, execution_options=STREAMED).partitions()


def _kind(error: Exception) -> str:
    """Return the driver's name of an error; its text would contain values of the row."""
    return type(getattr(error, "orig", error)).__name__


class _Fingerprint:
    """Number and content of rows in any order: the two databases sort texts differently."""

    def __init__(self) -> None:
        self.count, self.sum = 0, 0

    def add(self, row: Row[*tuple[Any, ...]]) -> Mapping[str, object]:
        """Count a row; return its values by name."""
        values = row._asdict()
        lasting = sorted((name, value) for name, value in values.items() if name != RAISED)
        self.count += 1
        self.sum += int.from_bytes(sha256(repr(lasting).encode()).digest())
        return values
