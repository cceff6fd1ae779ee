"""A database of its own for each test: SQLite always, PostgreSQL where it is installed or named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from tests.adapters.postgresql import running_postgresql
from tests.adapters.roles import APP, OWNER, address, fresh_database, make_roles, migrate
from tests.adapters.site_data import ManyRequests, stores_of
from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.services.team_ports import Stores
from tools.postgresql import NAMED, find_programs


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The server that TEST_POSTGRESQL_URL names, else one that is started here."""
    named, programs = os.environ.get(NAMED), find_programs()
    if named:
        yield named
    elif programs is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say(f"PostgreSQL is not installed, and {NAMED} names no server")
    else:
        with running_postgresql(programs) as address:
            yield address


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'timesheet.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A fresh database on the server, for whoever made the server."""
    with fresh_database(postgresql_server) as name:
        yield address(postgresql_server, name)


@pytest.fixture(scope="session")
def walled_template(postgresql_server: str) -> Iterator[str]:
    """A database with all tables, which belong to one role and are used by another."""
    make_roles(postgresql_server)
    with fresh_database(postgresql_server, owner=OWNER) as name:
        migrate(address(postgresql_server, name, APP), address(postgresql_server, name, OWNER))
        yield name


@pytest.fixture
def walled_url(postgresql_server: str, walled_template: str) -> Iterator[str]:
    """A copy of it, for the role of the app."""
    with fresh_database(postgresql_server, template=walled_template) as name:
        yield address(postgresql_server, name, APP)


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


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An open database with all tables, inside a request's context; in PostgreSQL behind the wall between sites."""
    app = Flask("test")
    walled = request.param == "postgresql"
    opened = ManyRequests(app, request.getfixturevalue("walled_url" if walled else "sqlite_url"))
    with app.app_context():
        if not walled:
            Base.metadata.create_all(opened.extension.engine)
        yield opened
        opened.roll_back()
        opened.extension.engine.dispose()
