"""``flask db``: Flask-Migrate's commands. A process that serves requests does not load Alembic, which takes 9 MiB."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo
from flask_sqlalchemy import SQLAlchemy

from timesheet.domain.lazy import lazy
from timesheet.web.commands.group import database_in_one_line

if TYPE_CHECKING:
    from flask_migrate import Migrate


BACK = (
    "This deletes what newer migrations store. To go back to an older version of the app, start its code: "
    "the schema stays. If the data does not matter, add --lose-data."
)


class Migrations:
    """The entry that Flask-Migrate and ``migrations/env.py`` expect in the extensions of the app."""

    def __init__(self, db: SQLAlchemy, directory: Path) -> None:
        self.db, self.directory = db, str(directory)
        self.configure_args = {"compare_type": True, "render_as_batch": True}

    @lazy
    def migrate(self) -> Migrate:
        """Return Flask-Migrate, which is loaded by the first command that needs it."""
        from flask_migrate import Migrate  # noqa: PLC0415

        return Migrate(db=self.db, directory=self.directory, **self.configure_args)


class MigrationGroup(AppGroup):
    """Flask-Migrate's commands, which are loaded when one of them is used; ``downgrade`` needs a flag."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return self._loaded.list_commands(ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return one of the commands."""
        return self._loaded.get_command(ctx, name)

    def make_context(self, *args: Any, **values: Any) -> click.Context:
        """Let Flask-Migrate's own group read its options."""
        context = self._loaded.make_context(*args, **values)
        context.command = self
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run Flask-Migrate's command; a database that does not respond or cannot be used is one line."""
        with database_in_one_line(ctx.ensure_object(ScriptInfo).load_app()):
            return self._loaded.invoke(ctx)

    @lazy
    def _loaded(self) -> click.Group:
        from flask_migrate.cli import db  # noqa: PLC0415

        group: click.Group = copy(db)
        group.commands = {**group.commands, "downgrade": _with_consent(group.commands["downgrade"])}
        return group


def _with_consent(downgrade: click.Command) -> click.Command:
    """Return the command with a flag, without which it is refused."""
    consent = click.Option(
        ["--lose-data"],
        is_flag=True,
        expose_value=False,
        callback=_require,
        help="Delete what newer migrations store.",
    )
    command = copy(downgrade)
    command.params = [*command.params, consent]
    return command


def _require(_context: click.Context, _option: click.Parameter, given: bool) -> None:
    if not given:
        raise click.UsageError(BACK)


def init_app(app: Flask, db: SQLAlchemy, directory: Path) -> None:
    """Add the commands to the app."""
    app.extensions["migrate"] = Migrations(db, directory)
    app.cli.add_command(MigrationGroup("db", help="Perform database migrations."))
