"""A database of its own for each test: SQLite always, PostgreSQL where it is installed or named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from tests.adapters.postgresql import find_programs, running_postgresql
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database

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
def database(database_url: str) -> Iterator[Database]:
    """An open database with all tables, inside a request's context."""
    app = Flask("test")
    opened = Database(app, database_url)
    with app.app_context():
        Base.metadata.create_all(opened.extension.engine)
        yield opened
        opened.roll_back()
        opened.extension.engine.dispose()
