"""All tables at once, for tests with a SQLite database of their own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from sqlalchemy import Engine, create_engine

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.fitness import newest_migration


def create_tables(engine: Engine) -> None:
    """Create all tables in an empty SQLite database: as a copy, which takes a tenth of the time of creating them."""
    with closing(engine.raw_connection()) as opened, closing(sqlite3.connect(":memory:")) as template:
        template.deserialize(_empty_database())
        database = opened.driver_connection
        assert isinstance(database, sqlite3.Connection)
        template.backup(database)


@cache
def _empty_database() -> bytes:
    """Return a database with all tables and no row."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        Base.metadata.create_all(connection)
        connection.commit()
        database = connection.connection.driver_connection
        assert isinstance(database, sqlite3.Connection)
        content = database.serialize()
    engine.dispose()
    return content


def mark_as_migrated(engine: Engine) -> None:
    """Record in a database with all tables that every migration has run."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (newest_migration(),))
