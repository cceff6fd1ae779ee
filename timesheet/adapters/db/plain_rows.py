"""Read very many rows as tuples of the driver, without an object for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, Select
from sqlalchemy.exc import OperationalError

from timesheet.adapters.db.engine import READ_TEXT, with_new_connections

Statement = Select[*tuple[Any, ...]]


class PlainReader(Protocol):
    """Return the rows of a statement with its values."""

    def __call__(self, statement: Statement, /, **values: object) -> Sequence[tuple[Any, ...]]: ...


class PlainRows:
    """Rows that are read with a connection of the pool, which is given back after each statement."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[PlainReader]:
        """Read with these connections."""
        yield self._read

    def _read(self, statement: Statement, /, **values: object) -> Sequence[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            return read_plain(connection, statement, **values)


class SqlitePlainRows:
    """Rows of a SQLite file that are read with a new connection.

    A connection has a small memory for quick allocations, and the statements that the driver keeps prepared fill it.
    Assembling texts takes half as long again without it (with 30 statements kept).
    """

    def __init__(self, address: URL) -> None:
        self._engine = with_new_connections(address)

    @contextmanager
    def reading(self) -> Iterator[PlainReader]:
        """Read with one connection, each statement in a transaction of its own."""
        with self._engine.connect() as connection:
            yield partial(read_plain, connection)


def read_plain(
    connection: Connection, statement: Statement, /, **values: object
) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a prepared statement.

    SQLite's driver decodes texts by itself, which is a tenth faster, unless one of them is not UTF-8.
    """
    driver: Any = connection.connection.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        return _all(connection, statement, values)
    driver.text_factory = str
    try:
        return _all(connection, statement, values)
    except (OperationalError, sqlite3.OperationalError):
        driver.text_factory = READ_TEXT
        # Whatever else it was is raised again.
        return _all(connection, statement, values)
    finally:
        driver.text_factory = READ_TEXT


def _all(
    connection: Connection, statement: Statement, values: dict[str, object]
) -> Sequence[tuple[Any, ...]]:
    result: Any = connection.execute(statement, values)
    found: Sequence[tuple[Any, ...]] = result.cursor.fetchall()
    result.close()
    return found
