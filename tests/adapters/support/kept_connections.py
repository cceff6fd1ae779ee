"""Connections to one PostgreSQL database that the next test uses again.

For a new one the server starts a process that reads all catalogs anew, which takes longer than the rest of most tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
import pytest
from psycopg import Connection, Cursor
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

MOST = 4
"""The number of connections that are kept; only tests of requests at the same moment need more."""

AS_NEW = "RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP"
"""Ends what a session has set, except its prepared statements, of which the driver keeps a list."""


class KeptConnections:
    """Gives engines connections that other engines have closed, each with nothing left of its session."""

    def __init__(self) -> None:
        self._idle: list[tuple[object, Connection[Any]]] = []
        self._lent: dict[Connection[Any], object] = {}
        self._lock = Lock()

    @property
    def pids(self) -> list[int]:
        """Return the server's processes of those that nobody uses."""
        return [connection.info.backend_pid for _, connection in self._idle]

    @contextmanager
    def lending(self, database: str) -> Iterator[None]:
        """Let engines inside this block have connections to ``database`` from here; close what they leave open."""
        connect: Any = PGDialect_psycopg.connect
        close: Any = PGDialect_psycopg.do_close

        def lend(dialect: PGDialect_psycopg, *arguments: Any, **options: Any) -> Any:
            if options.get("dbname") != database:
                return connect(dialect, *arguments, **options)
            # Each engine has a context of its own, with the same types.
            alike = {name: value for name, value in options.items() if name != "context"}
            connection = self._take(alike) or connect(dialect, *arguments, **options)
            self._lent[connection] = alike
            return connection

        def take_back(dialect: PGDialect_psycopg, connection: Any) -> None:
            alike = self._lent.pop(connection, None)
            idle = connection.info.transaction_status == TransactionStatus.IDLE
            if alike is not None and idle and len(self._idle) < MOST:
                self._idle.append((alike, connection))
            else:
                close(dialect, connection)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(PGDialect_psycopg, "connect", lend)
            patch.setattr(PGDialect_psycopg, "do_close", take_back)
            yield
        while self._lent:
            left, _ = self._lent.popitem()
            # A thread of an app may be in the middle of a command, and closing then would end the process.
            with left.lock:
                left.close()

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop()[1].close()

    def _take(self, alike: object) -> Connection[Any] | None:
        """Return one that was opened with these options and still works, as if it was new."""
        with self._lock:
            found = [kept for kept in self._idle if kept[0] == alike]
            if not found:
                return None
            self._idle.remove(found[0])
        connection = found[0][1]
        try:
            connection.autocommit = True
            Cursor(connection).execute(AS_NEW, prepare=False)
            connection.autocommit = False
        except psycopg.Error:
            connection.close()
            return self._take(alike)
        return connection
