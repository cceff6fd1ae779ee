"""Runs the migrations with the app's own engine."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from timesheet.adapters.db import stores  # noqa: F401  (knows every table)
from timesheet.adapters.db.base import Base


def run(connection: Connection) -> None:
    """Run in one transaction; batch mode, because SQLite cannot alter most things in place."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Use the app's engine; foreign keys rest, or a rebuilt table would take its children along."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            run(connection)
        finally:
            if engine.dialect.name == "sqlite":
                connection.rollback()
                connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


main()
