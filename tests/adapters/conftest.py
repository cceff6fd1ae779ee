"""Fixtures for a separate database for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses
from flask import Flask
from sqlalchemy import Engine, event

from tests.adapters.support.site_data import ManyRequests, stores_of
from tests.adapters.support.tables import create_tables
from timesheet.adapters.db.database import Database
from timesheet.services.ports.stores import Stores


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def stores(database: Database) -> Stores:
    """Return the stores of a site that installed the app."""
    return stores_of(database, "acme")


@pytest.fixture
def others(database: Database) -> Stores:
    """Return the stores of another site."""
    return stores_of(database, "other")


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    """Yield what responds to every request; a response that nothing asked for is an error."""
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Yield the statements sent to the database from here on; the list may be cleared at any time."""
    recorded: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        recorded.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield recorded
    event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Yield an open database with all tables, inside a request's context; on PostgreSQL with row-level security."""
    app = Flask("test")
    secured = request.param == "postgresql"
    opened = ManyRequests(app, request.getfixturevalue("emptied_url" if secured else "sqlite_url"))
    with app.app_context():
        if not secured:
            create_tables(opened.extension.engine)
        yield opened
        opened.roll_back()
        opened.extension.engine.dispose()
