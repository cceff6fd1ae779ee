"""The commands that migrate the database, and what a process that serves requests does not load."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from timesheet.bootstrap.app import create_app
from timesheet.settings import Settings

SCRIPT = """
import sys, timesheet.bootstrap.app
print(*{"alembic", "flask_migrate", "mako"} & set(sys.modules))
"""


def test_a_process_that_serves_requests_does_not_load_alembic() -> None:
    found = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    assert found.stdout.split() == []


def test_the_commands_are_loaded_when_they_are_used(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["db", "--help"])
    assert result.exit_code == 0, result.output
    assert "upgrade" in result.output
    assert app.extensions["migrate"].migrate.alembic_ctx_kwargs == app.extensions["migrate"].configure_args


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """Yield an app whose database is empty."""
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.db'}"))
    yield app
    with app.app_context():
        app.extensions["timesheet"].operation.transaction.extension.engine.dispose()


def test_a_migration_says_what_it_did(empty: Flask) -> None:
    done = empty.test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith("Migrated to 0001: ")
    assert len(lines) == len({line.split(":")[0] for line in lines}) > 20
    again = empty.test_cli_runner().invoke(args=["db", "upgrade"])
    assert (again.exit_code, again.output) == (0, "The schema is up to date.\n")
    assert "up to date" not in empty.test_cli_runner().invoke(args=["db", "current"]).output
    newest = lines[-1].removeprefix("Migrated to ").partition(":")[0]
    marked = empty.test_cli_runner().invoke(args=["db", "stamp", "--purge", "0001"])
    assert (marked.exit_code, marked.output) == (0, "Marked as 0001; nothing was migrated.\n")
    marked = empty.test_cli_runner().invoke(args=["db", "stamp", "base"])
    assert marked.output == "Marked as empty; nothing was migrated.\n"
    empty.test_cli_runner().invoke(args=["db", "stamp", newest])
    back = empty.test_cli_runner().invoke(args=["db", "downgrade", "--lose-data"])
    assert back.output.startswith("Went back from ")


def test_going_back_is_refused_unless_the_data_does_not_matter(empty: Flask) -> None:
    run = empty.test_cli_runner().invoke
    run(args=["db", "upgrade"])
    before = run(args=["db", "current"]).output
    refused = run(args=["db", "downgrade"])
    assert refused.exit_code == 2
    assert "add --lose-data" in refused.output
    assert run(args=["db", "current"]).output == before


@pytest.fixture
def migrated(empty: Flask) -> Callable[[str], sa.Engine]:
    """Return a function that migrates the database, and lets it have another version then."""

    def set_version(version: str) -> sa.Engine:
        empty.test_cli_runner().invoke(args=["db", "upgrade"])
        with empty.app_context():
            engine: sa.Engine = empty.extensions["timesheet"].operation.transaction.extension.engine
        with engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{version}'"))
        return engine

    return set_version


def test_the_version_before_starts_with_a_newer_schema(
    empty: Flask, migrated: Callable[[str], sa.Engine]
) -> None:
    """Every way to start the app migrates first, so going back must not end there."""
    engine, run = migrated("9999"), empty.test_cli_runner().invoke
    done = run(args=["db", "upgrade"])
    assert done.exit_code == 0, done.output
    assert done.output == "Nothing is migrated: 9999 is the schema of a newer version of the app.\n"
    refused = run(args=["db", "downgrade", "--lose-data"])
    assert refused.exit_code != 0
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"
    assert empty.test_client().get("/readyz").status_code == 200


def test_an_unknown_schema_that_is_not_newer_ends_a_start(
    empty: Flask, migrated: Callable[[str], sa.Engine]
) -> None:
    """The app would never serve a request with it."""
    migrated("0001a")
    assert empty.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code != 0
    assert empty.test_client().get("/readyz").status_code == 503
