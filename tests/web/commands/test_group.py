"""A database that does not respond, cannot be used, or was never migrated, is said in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
import pytest
from flask import Flask

from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles
from tests.web.support.signing import SettableClock
from timesheet.adapters.db.busy import CONNECTION_LOST
from timesheet.adapters.db.database import Database
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.errors import DatabaseBusy
from timesheet.settings import Settings
from timesheet.web.commands.group import MIGRATE, UNUSABLE, MaintenanceGroup


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


@pytest.mark.parametrize(
    "command",
    [
        ("audit", "verify"),
        ("configuration", "export", "--site", "x"),
        ("jobs", "status"),
        ("secrets", "rotate"),
    ],
    ids=" ".join,
)
def test_a_database_that_was_never_migrated_is_said_in_one_sentence(
    settings: Settings, clock: SettableClock, tmp_path: Path, command: tuple[str, ...]
) -> None:
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path}/empty.db"), clock)
    result = app.test_cli_runner().invoke(args=command)
    assert (result.exit_code, result.output) == (1, f"Error: {MIGRATE}\n")


@pytest.mark.parametrize("command", [("audit", "verify"), ("db", "upgrade")], ids=" ".join)
def test_a_file_that_cannot_be_used_is_said_in_one_line(
    settings: Settings, clock: SettableClock, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """The same for a file without the rights to read it, which root may read always."""
    (tmp_path / "link.db").symlink_to(tmp_path / "missing" / "timesheet.db")
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path}/link.db"), clock)
    result = app.test_cli_runner().invoke(args=command)
    said = f"Error: {UNUSABLE} (unable to open database file)"
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, said)
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", [("audit", "verify"), ("db", "upgrade")], ids=" ".join)
def test_why_a_server_does_not_respond_is_said_in_its_words(
    settings: Settings, clock: SettableClock, tmp_path: Path, command: tuple[str, ...]
) -> None:
    nowhere = f"postgresql+psycopg://x@/none?host={tmp_path}"
    app = create_app(replace(settings, database_url=nowhere, database_owner_url=nowhere), clock)
    result = app.test_cli_runner().invoke(args=command)
    said = result.output.splitlines()[-1]
    assert result.exit_code == 1
    assert said.startswith(f"Error: {CONNECTION_LOST} (")
    assert said.endswith("No such file or directory)")
    assert "Traceback" not in result.output


def test_a_migration_by_a_role_that_may_not_is_said_in_one_line(
    settings: Settings, clock: SettableClock, postgresql_server: str
) -> None:
    """As if DATABASE_OWNER_URL were missing."""
    make_roles(postgresql_server)
    with fresh_database(postgresql_server, owner=OWNER) as name:
        app = create_app(replace(settings, database_url=address(postgresql_server, name, APP)), clock)
        result = app.test_cli_runner().invoke(args=["db", "upgrade"])
        close_app(app)
    said = f"Error: {UNUSABLE} (permission denied for schema public)"
    assert (result.exit_code, result.output.splitlines()[-1]) == (1, said)


def test_another_error_of_a_command_is_not_hidden(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_database: Database, *_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Database, "within", fail)
    assert isinstance(app.test_cli_runner().invoke(args=["audit", "settle"]).exception, ZeroDivisionError)
