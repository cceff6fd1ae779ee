"""A database that does not respond is said in one sentence."""

from __future__ import annotations

import click
import pytest
from flask import Flask

from timesheet.adapters.db.busy import CONNECTION_LOST
from timesheet.adapters.db.database import Database
from timesheet.domain.errors import DatabaseBusy
from timesheet.web.commands.group import MaintenanceGroup


@pytest.mark.parametrize(
    "command",
    [("audit", "settle"), ("audit", "trim"), ("periods", "reconcile"), ("privacy", "report-accounts")],
)
def test_a_busy_database_is_said_in_one_sentence(
    app: Flask, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    def gone(_database: Database, *_: object, **__: object) -> None:
        raise DatabaseBusy(CONNECTION_LOST)

    monkeypatch.setattr(Database, "within", gone)
    result = app.test_cli_runner().invoke(args=command)
    assert result.exit_code == 1
    assert result.output == f"Error: {CONNECTION_LOST}\n"


def test_every_group_of_the_app_says_it(app: Flask) -> None:
    groups = {name: one for name, one in app.cli.commands.items() if isinstance(one, click.Group)}
    assert {name for name, one in groups.items() if not isinstance(one, MaintenanceGroup)} == {"db"}
