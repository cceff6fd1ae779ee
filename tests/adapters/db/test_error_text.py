"""Database errors say which statement failed and why, without values."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from timesheet.adapters.db.database import Database
from timesheet.settings import ROOT

SECRET = "Layoffs 2027"
MAKE = "CREATE TABLE thing (name VARCHAR(40) PRIMARY KEY, size INTEGER NOT NULL CHECK (size < 9))"
INSERT = text("INSERT INTO thing (name, size) VALUES (:name, :size)")


@pytest.fixture(params=["sqlite-app", "postgresql-app", "postgresql-owner"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Return the engine of the app, and that of the tables' owner, which runs migrations; SQLite has no owner."""
    kind, _, role = request.param.partition("-")
    app, owner, database_url = Flask("test"), role == "owner", request.getfixturevalue(f"{kind}_url")
    database = Database(app, database_url, owner_url=database_url if owner else None)
    with app.app_context():
        made = database.extension.engines["owner" if owner else None]
        with made.begin() as connection:
            connection.execute(text(MAKE))
        yield made
        for one in database.extension.engines.values():
            one.dispose()


def refused(engine: Engine, *values: dict[str, object]) -> str:
    """Return everything that a log would print of the error."""

    def insert() -> None:
        with engine.begin() as connection:
            for one in values:
                connection.execute(INSERT, one)

    with pytest.raises(SQLAlchemyError) as caught:
        insert()
    error = caught.value
    return "".join(traceback.format_exception(error)) + repr(error)


@pytest.mark.parametrize(
    "values",
    [
        [{"name": SECRET, "size": 1}, {"name": SECRET, "size": 2}],
        [{"name": SECRET, "size": 9}],
        [{"name": SECRET, "size": None}],
    ],
    ids=["twice", "against a check", "without what is needed"],
)
def test_no_value_of_the_row_is_in_the_message(engine: Engine, values: list[dict[str, object]]) -> None:
    said = refused(engine, *values)
    assert SECRET not in said
    assert "INSERT INTO thing" in said
    assert "thing" in said.partition("constraint")[2] or "constraint failed" in said


def test_no_value_that_cannot_be_read_is_in_the_message(engine: Engine) -> None:
    with pytest.raises(SQLAlchemyError) as caught, engine.begin() as connection:
        connection.execute(
            text(
                "SELECT no_such_function(:name)"
                if engine.name == "sqlite"
                else "SELECT CAST(:name AS integer)"
            ),
            {"name": SECRET},
        )
    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert SECRET not in said
    if engine.name == "postgresql":
        assert "a value of the statement cannot be used (22P02)" in said


def test_a_single_statement_hides_them_too(database_url: str) -> None:
    app = Flask("test")
    database = Database(app, database_url)
    with app.app_context():
        with pytest.raises(SQLAlchemyError) as caught:
            database.first(text("SELECT * FROM nowhere WHERE name = :name"), name=SECRET)  # type: ignore[arg-type]
        database.extension.engine.dispose()
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_no_engine_is_made_elsewhere() -> None:
    """An engine that somebody makes on the side would print values again."""
    makers = {
        str(path.relative_to(ROOT))
        for folder in ("timesheet", "migrations", "bench", "tools", "jira_emulator")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\b(create_engine|engine_from_config|Engine)\(", path.read_text())
    }
    assert makers == {"timesheet/adapters/db/engine.py"}
