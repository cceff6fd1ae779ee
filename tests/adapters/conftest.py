"""A database of its own for each test: SQLite always, PostgreSQL where it is installed or named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text

from tests.adapters.postgresql import find_programs, running_postgresql
from tests.adapters.site_data import stores_of
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.services.team_ports import Stores

POSTGRESQL = "TEST_POSTGRESQL_URL"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The server that TEST_POSTGRESQL_URL names, else one that is started here."""
    named, programs = os.environ.get(POSTGRESQL), find_programs()
    if named:
        yield named
    elif programs is None:
        pytest.skip(f"PostgreSQL is not installed, and {POSTGRESQL} names no server")
    else:
        with running_postgresql(programs) as address:
            yield address


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'timesheet.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A fresh database on the server."""
    name = f"t{uuid4().hex}"
    engine = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield engine.url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def stores(database: Database) -> Stores:
    """The stores of a site that installed the app."""
    return stores_of(database, "acme")


@pytest.fixture
def others(database: Database) -> Stores:
    """The stores of another one."""
    return stores_of(database, "other")


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database from here on; to be cleared as often as one likes."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(database.extension.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.extension.engine, "before_cursor_execute", note)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with all tables, inside a request's context."""
    app = Flask("test")
    opened = Database(app, database_url)
    with app.app_context():
        Base.metadata.create_all(opened.extension.engine)
        yield opened
        opened.roll_back()
        opened.extension.engine.dispose()
