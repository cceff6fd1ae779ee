"""The groups of maintenance commands: results alone on standard output; one sentence if the database is not ready."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo

from timesheet.domain.errors import DatabaseBusy
from timesheet.web.http.dependencies import dependencies
from timesheet.web.middleware.logs import logs_beside_result

MIGRATE = (
    "The database does not have the tables of this version. Create them first: flask --app app db upgrade"
)

UNUSABLE = "The database cannot be used, so nothing more was stored."


class MaintenanceGroup(AppGroup):
    """Commands whose log lines are on the error output, so that what they print can be stored as it is.

    If the database does not respond, cannot be used, or was not migrated, they end with a sentence instead of a
    traceback.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """See click."""
        app = ctx.ensure_object(ScriptInfo).load_app()
        with logs_beside_result(), _naming_the_migration(app), database_in_one_line(app):
            return super().invoke(ctx)


@contextmanager
def database_in_one_line(app: Flask) -> Iterator[None]:
    """End a command with a sentence and the database's own words if the database does not respond or cannot be used."""
    try:
        yield
    except Exception as error:
        with app.app_context():
            reason = dependencies().operation.transaction.reason(error)
        if isinstance(error, DatabaseBusy):
            raise click.ClickException(
                f"{error.sentence} ({reason})" if reason else error.sentence
            ) from error
        if reason:
            raise click.ClickException(f"{UNUSABLE} ({reason})") from error
        raise


@contextmanager
def _naming_the_migration(app: Flask) -> Iterator[None]:
    """End a command with a sentence if it failed because the database was not migrated."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit):
        raise
    except Exception as error:
        with app.app_context():
            transaction = dependencies().operation.transaction
            if transaction.reachable() and not transaction.migrated():
                raise click.ClickException(MIGRATE) from error
        raise
