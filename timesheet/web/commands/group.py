"""The groups of maintenance commands: only results on standard output, and one sentence if the database is busy."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from timesheet.domain.errors import DatabaseBusy
from timesheet.web.middleware.logs import logs_beside_result


class MaintenanceGroup(AppGroup):
    """Commands whose log lines are on the error output, so that what they print can be stored as it is.

    If the database does not respond, they end with a sentence instead of a traceback.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """See click."""
        try:
            with logs_beside_result():
                return super().invoke(ctx)
        except DatabaseBusy as error:
            raise click.ClickException(error.sentence) from error
