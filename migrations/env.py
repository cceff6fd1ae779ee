"""Run the migrations with the app's own engine."""

from __future__ import annotations

import click
from alembic import context
from alembic.runtime.migration import MigrationInfo
from flask import current_app
from sqlalchemy import Connection

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import OWNER
from timesheet.adapters.db.fitness import migration_of, newest_migration
from timesheet.adapters.db.row_security import QUEUE, grant


def run(connection: Connection) -> None:
    """Migrate in one transaction, and print what was done; in batch mode, because SQLite cannot alter most things
    in place.
    """
    lines: list[str] = []

    def note(*, step: MigrationInfo, **_more: object) -> None:
        if step.is_stamp:
            lines.append(
                f"Marked as {', '.join(step.destination_revision_ids) or 'empty'}; nothing was migrated."
            )
            return
        done = "Migrated to" if step.is_upgrade else "Went back from"
        lines.append(f"{done} {step.up_revision_id}: {step.up_revision.doc}")

    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        # The tables of the queue belong to its library, so no model describes them.
        include_name=lambda name, kind, _parents: kind != "table" or not str(name).startswith(QUEUE),
        on_version_apply=note,
    )
    with context.begin_transaction():
        if newer := _newer(connection):
            lines.append(f"Nothing is migrated: {newer} is the schema of a newer version of the app.")
        else:
            context.run_migrations()
        if app_role := _app_role():
            grant(connection, app_role)
    if not lines and _to_head():
        lines.append("The schema is up to date.")
    for line in lines:
        click.echo(line)


def _newer(connection: Connection) -> str:
    """Return the version of a schema that is newer than all migrations while everything is migrated; otherwise "".

    An operator who goes back to the previous version starts it as usual, and that begins with migrating.
    """
    found = migration_of(connection) if _to_head() else None
    return found if found and found > newest_migration() else ""


def _to_head() -> bool:
    """Return True while everything is migrated, and not for commands that show something or go back."""
    return context.get_context().opts.get("destination_rev") == "head"


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
