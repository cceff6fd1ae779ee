"""Recognize that the database did not respond in time, so that people are asked to try again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from timesheet.domain.errors import DatabaseBusy
from timesheet.domain.message import message

LOCKED = message(
    "Another change on this site is taking longer than usual, so nothing more was stored. Try again in a few seconds."
)
FULL = message(
    "Timesheet has more requests than its database can serve. Nothing more was stored; try again in a few seconds."
)
CONNECTION_LOST = message(
    "Timesheet cannot reach its database at the moment. Nothing more was stored; try again in a few seconds."
)
NO_ROOM = message(
    "The database of Timesheet has no room left, so nothing more was stored. Tell the person who operates it."
)
USED = "used_at"
IDLE_SECONDS = 10.0
"""The time that a pooled connection may be unused before its next use begins with a question to the server."""
# https://www.postgresql.org/docs/current/errcodes-appendix.html
STATES = {
    "55P03": LOCKED,  # lock_not_available
    "40P01": LOCKED,  # deadlock_detected
    "53100": NO_ROOM,  # disk_full
    "53300": FULL,  # too_many_connections
    "57P01": CONNECTION_LOST,  # admin_shutdown
    "57P02": CONNECTION_LOST,  # crash_shutdown
    "57P03": CONNECTION_LOST,  # cannot_connect_now
}
PLAIN_CODES = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: NO_ROOM,
}


def report_busy(context: ExceptionContext) -> None:
    """Raise DatabaseBusy in place of an error that goes away by itself; the pool replaces a dead connection itself."""
    if sentence := _sentence(context):
        raise DatabaseBusy(sentence) from context.original_exception


@contextmanager
def reporting_busy(connection: Connection) -> Iterator[None]:
    """Do the same for a statement of this block that SQLAlchemy does not see."""
    try:
        yield
    except connection.dialect.loaded_dbapi.Error as error:
        disconnected = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if disconnected:
            connection.invalidate(error)
        sentence = STATES.get(getattr(error, "sqlstate", None) or "")
        if sentence or disconnected:
            raise DatabaseBusy(sentence or CONNECTION_LOST) from error
        raise


def _sentence(context: ExceptionContext) -> str | None:
    error = context.original_exception
    if isinstance(error, sqlite3.Error):
        # Extended codes, such as SQLITE_BUSY_SNAPSHOT, have the plain code in their last byte.
        plain = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return PLAIN_CODES.get(plain)
    sentence = STATES.get(getattr(error, "sqlstate", None) or "")
    return sentence or (CONNECTION_LOST if context.is_disconnect or context.connection is None else None)


def replace_closed_connections(engine: Engine) -> None:
    """Replace a pooled connection that the server has closed meanwhile, before it is used.

    A closed connection has something to read, which costs no round trip to find out, unlike SQLAlchemy's
    ``pool_pre_ping``. Only a connection that was idle for long, or has something to read, is tested by a question.
    """

    @event.listens_for(engine, "checkin")
    def returned(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[USED] = monotonic()

    @event.listens_for(engine, "checkout")
    def taken(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        try:
            if monotonic() - record.info.get(USED, -inf) > IDLE_SECONDS or _is_readable(connection.fileno()):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _is_readable(socket: int) -> bool:
    """Return True if something can be read from an open socket. An idle server sends nothing before it closes."""
    with DefaultSelector() as selector:
        selector.register(socket, EVENT_READ)
        return bool(selector.select(0))
