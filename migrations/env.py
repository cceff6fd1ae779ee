"""Run the migrations with the app's own engine."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import OWNER
from timesheet.adapters.db.row_security import QUEUE, grant


def run(connection: Connection) -> None:
    """Migrate in one transaction; in batch mode, because SQLite cannot alter most things in place."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        # The tables of the queue belong to its library, so no model describes them.
        include_name=lambda name, kind, _parents: kind != "table" or not str(name).startswith(QUEUE),
    )
    with context.begin_transaction():
        context.run_migrations()
        if app_role := _app_role():
            grant(connection, app_role)


def main() -> None:
    """Use the owner's engine, or the app's; disable foreign keys, because rebuilding a table would delete
    dependent rows.
    """
    engines = current_app.extensions["migrate"].db.engines
    engine = engines.get(OWNER, engines[None])
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            run(connection)
        finally:
            if engine.dialect.name == "sqlite":
                connection.rollback()
                connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


def _app_role() -> str | None:
    """Return the role to which the owner of the tables grants rights; None if one role does everything."""
    engines = current_app.extensions["migrate"].db.engines
    if OWNER not in engines or engines[OWNER].url.username == engines[None].url.username:
        return None
    return str(engines[None].url.username)


main()
