"""The statements of the version before, recorded by tools/released.py, on the newest schema of both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from tests.adapters.support.roles import migrate
from timesheet.adapters.db.fitness import newest_migration
from tools.released import FILE, plain

RELEASED = json.loads(FILE.read_text())
PLACE = re.compile(r"\?")
UNKNOWN_TYPE = "42P18"
"""PostgreSQL needs a value to tell its type; it has read the whole statement by then."""


def refused(connection: Connection, statement: str) -> str:
    """Return why the database cannot run this statement; nothing is executed."""
    sqlite = connection.dialect.name == "sqlite"
    number = count(1)
    sql = f"EXPLAIN {statement}" if sqlite else PLACE.sub(lambda _: f"${next(number)}", statement)
    try:
        if sqlite:
            connection.exec_driver_sql(sql, (None,) * statement.count("?")).close()
        else:
            connection.exec_driver_sql(f"PREPARE old AS {sql}".replace("%", "%%"))
            connection.exec_driver_sql("DEALLOCATE old")
    except DBAPIError as error:
        return "" if getattr(error.orig, "sqlstate", "") == UNKNOWN_TYPE else str(error.orig)
    return ""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def newest_url(request: pytest.FixtureRequest, database_url: str) -> str:
    """Return a database after all migrations."""
    if database_url.startswith("sqlite"):
        migrate(database_url, database_url)
        return database_url
    return str(request.getfixturevalue("owned_url"))


def test_statements_of_the_version_before_run_on_the_newest_schema(newest_url: str) -> None:
    statements = RELEASED["statements"][make_url(newest_url).get_backend_name()]
    assert len(statements) > 150
    assert RELEASED["revision"] <= newest_migration()
    with connected(newest_url) as connection:
        found = {one: why for one in statements if (why := refused(connection, one))}
    assert found == {}


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE team DROP COLUMN description",
        "ALTER TABLE team RENAME COLUMN name TO title",
        "ALTER TABLE leave RENAME TO absence",
        "DROP TABLE worklog_intent",
    ],
)
def test_a_schema_without_what_they_name_is_noticed(newest_url: str, change: str) -> None:
    statements = RELEASED["statements"][make_url(newest_url).get_backend_name()]
    with connected(newest_url) as connection:
        connection.execute(text(change))
        assert [one for one in statements if refused(connection, one)]


def test_values_are_left_out_of_what_is_recorded() -> None:
    statement = "INSERT INTO t (a, b) VALUES (%(a__0)s::VARCHAR, %(b__0)s), (%(a__1)s::VARCHAR, %(b__1)s)"
    assert plain(statement, "postgresql") == "INSERT INTO t (a, b) VALUES (?::VARCHAR, ?)"
    statement = "SELECT a\nFROM t \nWHERE a IN (?, ?, ?) AND b LIKE '%x'"
    assert plain(statement, "sqlite") == "SELECT a FROM t WHERE a IN (?) AND b LIKE '%x'"
