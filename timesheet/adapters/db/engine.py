"""The settings of the engine on both databases, and what each new connection and transaction begins with."""

from __future__ import annotations

from codecs import register_error
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import psycopg
from flask import has_request_context
from psycopg.abc import PQGen
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    NullPool,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from timesheet.adapters.db.busy import FULL
from timesheet.adapters.db.row_security import SiteCursor
from timesheet.domain.errors import DatabaseBusy, InvalidInput
from timesheet.domain.message import message

CONNECT_SECONDS = 3
POOL_SECONDS = 5
"""The longest time that a request waits for a free connection of its process."""
LOCK_SECONDS = 5
"""The longest time that a statement waits for a lock of another transaction, on both databases."""
REQUEST_SECONDS = 30
"""The longest time that a request waits for the answer to a statement: half as long as the proxy waits for that of the
request. Jobs and commands wait on, because they may do much at once."""
# Without these a connection to a machine that is gone would be waited for some 15 minutes, or two hours.
DEAD_NETWORK = MappingProxyType(
    {
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
    }
)
NO_NUL = message("This contains a character that cannot be stored.")
PRAGMAS = (
    *("journal_mode=WAL", f"busy_timeout={LOCK_SECONDS}000", "foreign_keys=ON", "synchronous=NORMAL"),
    # Deleted data is overwritten with zeros, and not only marked as free.
    "secure_delete=ON",
)


def _replace_unreadable(error: UnicodeError) -> tuple[str, int]:
    """Replace bytes that are not UTF-8. The NUL tells the result from a replacement character that was stored."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\N{REPLACEMENT CHARACTER}\0", error.end


register_error("unreadable", _replace_unreadable)
# Bytes that are not UTF-8 can only be written past the app. An error of the driver would not name their row.
READ_TEXT = partial(str, encoding="utf-8", errors="unreadable")
# Otherwise values of a statement, such as names of teams, would be in every error message and so in the log.
HIDDEN = MappingProxyType({"hide_parameters": True})


Answer = TypeVar("Answer")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is closed if a request waits too long for its answer, and then counts as lost."""

    def wait(self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None) -> Answer:
        """See psycopg."""
        if timeout is None and has_request_context():
            timeout = REQUEST_SECONDS
        try:
            return super().wait(gen, interval, timeout)
        except psycopg.errors.PipelineAborted:
            # The server answers, and says of a statement that the error of one before it left it out.
            raise
        except psycopg.OperationalError as error:
            # Errors of the server have a code. After any other, nobody knows what would be answered next.
            if not error.sqlstate:
                self.pgconn.finish()
            raise


class BoundedPool(QueuePool):
    """At most ``pool_size`` connections of this process; a caller that finds none free in time gets DatabaseBusy."""

    def connect(self) -> PoolProxiedConnection:
        """See SQLAlchemy."""
        try:
            return super().connect()
        except PoolTimeout as error:
            raise DatabaseBusy(FULL) from error


def engine_options(connections: int, *, is_file: bool) -> dict[str, Any]:
    """Return the options of the engine, with at most ``connections``; only a server has a time to connect within."""
    pool = {
        "poolclass": BoundedPool,
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": POOL_SECONDS,
    }
    if is_file:
        return {**pool, **HIDDEN}
    return {
        **pool,
        **HIDDEN,
        "connect_args": {"connect_timeout": CONNECT_SECONDS, "cursor_factory": SiteCursor},
    }


def noticing_dead_network(address: URL) -> URL:
    """Return the address of a database with the options by which a lost network is noticed within half a minute.

    The options that it names itself stay; a socket and a file have no network.
    """
    if address.get_backend_name() == "sqlite":
        return address
    return address.set(query={**DEAD_NETWORK, **address.query})


def open_sqlite(path: Path) -> Engine:
    """Return an engine for one SQLite file, for a program of its own."""
    return create_engine(URL.create("sqlite", database=str(path)), **HIDDEN)


def with_new_connections(address: URL) -> Engine:
    """Return an engine for the app's SQLite file that opens a connection for each use."""
    engine = create_engine(address, poolclass=NullPool, **HIDDEN)
    prepare_sqlite(engine)
    return for_single_statements(engine)


def for_single_statements(engine: Engine) -> Engine:
    """Return the same connections for statements that are transactions of their own, without BEGIN.

    On SQLite the other engine's listeners would take a third of the time of a read; on PostgreSQL BEGIN and ROLLBACK
    would be two more round trips.
    """
    return Engine(engine.pool, engine.dialect, engine.url, hide_parameters=True)


def prepare_postgresql(engine: Engine) -> None:
    """Set the class, the zone, the time limit of locks, and autocommit of each new connection."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # SQLAlchemy opens the class of the driver, which cannot be chosen.
        connection.__class__ = BoundedConnection
        # Transactions begin with a statement of their own; see set_site_with_each_transaction.
        connection.set_autocommit(True)
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")


def refuse_odd_values(context: ExceptionContext) -> None:
    """Raise InvalidInput for a text with NUL, which PostgreSQL, unlike SQLite, neither stores nor searches.

    Raise ValueError for a stored instant or day that Python does not have, such as infinity or one of the year 10000.
    Only somebody past the app can have stored it.
    """
    original = context.original_exception
    # Errors of the server have a code, and may quote what a person typed.
    if not isinstance(original, psycopg.DataError) or original.sqlstate:
        return
    error = str(original)
    if "cannot contain NUL" in error:
        raise InvalidInput(NO_NUL) from original
    if "(after year 10K)" in error or "(before year 1)" in error:
        raise ValueError(error) from original


def prepare_sqlite(engine: Engine) -> None:
    """Set the pragmas of each new connection, and how a transaction begins: for writing, unless an option says else."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.text_factory = READ_TEXT
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"))
