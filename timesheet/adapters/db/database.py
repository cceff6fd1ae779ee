"""The engine, and the two ways to use it: short reads, and the one write transaction of a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, Row, Select, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from timesheet.adapters.db.base import Base

PRAGMAS = ("journal_mode=WAL", "busy_timeout=5000", "foreign_keys=ON", "synchronous=NORMAL")


class Database:
    """Flask-SQLAlchemy's engine and session, opened once per app.

    A read runs in a short transaction of its own, so that no lock and no snapshot is held
    while a request waits for Jira. The first write opens the request's transaction, which on
    SQLite takes the write lock at once (BEGIN IMMEDIATE): the driver's own mode loses updates.
    """

    def __init__(self, app: Flask, url: str, threads: int = 16) -> None:
        app.config["SQLALCHEMY_DATABASE_URI"] = url
        sqlite = make_url(url)
        # A server may have dropped a pooled connection meanwhile; a file cannot.
        ping = sqlite.get_backend_name() != "sqlite"
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": threads, "pool_pre_ping": ping}
        self.extension = SQLAlchemy(metadata=Base.metadata)
        if sqlite.get_backend_name() == "sqlite" and sqlite.database:
            Path(sqlite.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.extension.init_app(app)
        with app.app_context():
            self._engine = self.extension.engine
        if sqlite.get_backend_name() == "sqlite":
            _prepare_sqlite(self._engine)
        self._reader = self._engine.execution_options(read_only=True)

    @property
    def session(self) -> Session:
        """The session of this request, for writes."""
        return self.extension.session()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read with: the request's own once it has written, else a short one."""
        if self.session.in_transaction():
            yield self.session
        else:
            with Session(self._reader) as session:
                yield session

    def first(self, statement: Select[*tuple[Any, ...]], **values: str) -> Row[*tuple[Any, ...]] | None:
        """The first row of a ready statement, without an object for it: what every request reads has to be quick."""
        if self.session.in_transaction():
            return self.session.execute(statement, values).first()
        with self._reader.connect() as connection:
            return connection.execute(statement, values).first()

    def rows(
        self, statements: Iterable[Select[*tuple[Any, ...]]], **values: object
    ) -> list[Sequence[Row[*tuple[Any, ...]]]]:
        """The rows of each ready statement, as ``first`` reads them and in one transaction."""
        if self.session.in_transaction():
            return [self.session.execute(statement, values).all() for statement in statements]
        with self._reader.connect() as connection:
            return [connection.execute(statement, values).all() for statement in statements]

    def commit(self) -> None:
        """Keep what this request wrote."""
        self.session.commit()

    def roll_back(self) -> None:
        """Undo what this request wrote."""
        self.session.rollback()

    def reachable(self) -> bool:
        """True when the database answers."""
        try:
            with self._reader.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
