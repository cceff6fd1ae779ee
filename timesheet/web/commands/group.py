"""The groups of maintenance commands, which say in one sentence what an operator can do about a busy database."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from timesheet.domain.errors import DatabaseBusy


class MaintenanceGroup(AppGroup):
    """Commands that end with a sentence instead of a traceback if the database does not respond."""

    def invoke(self, ctx: click.Context) -> Any:
        """See click."""
        try:
            return super().invoke(ctx)
        except DatabaseBusy as error:
            raise click.ClickException(error.sentence) from error
