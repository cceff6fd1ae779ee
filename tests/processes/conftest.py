"""Fixtures for the emulated Jira, and the app in processes of its own on SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from jira_emulator.server import running_cloud
from tests.adapters.support.roles import address, migrate
from tests.processes.support.app_processes import AppProcesses, running_app
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings


@dataclass
class Place:
    """A running app with its database, and the app in this process to inspect it."""

    processes: AppProcesses
    app: Flask
    plain_url: str

    def run(self, *command: str) -> str:
        """Return the output of a command of the app."""
        result = self.app.test_cli_runner().invoke(args=command)
        assert result.exit_code == 0, result.output
        return str(result.output)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return a database's address for the app's role, and the one to which row-level security does not apply."""
    if request.param == "sqlite":
        url = str(request.getfixturevalue("sqlite_url"))
        migrate(url, url)
        return url, url
    url = str(request.getfixturevalue("secured_url"))
    server = str(request.getfixturevalue("postgresql_server"))
    return url, address(server, str(make_url(url).database))


@pytest.fixture
def place(databases: tuple[str, str], tmp_path: Path) -> Iterator[Place]:
    """Run two sites with the app on SQLite, or on PostgreSQL with row-level security and a role that owns nothing."""
    url, plain_url = databases
    with running_cloud(sites=2, people=6, months=1) as cloud, running_app(tmp_path, cloud, url) as processes:
        app = create_app(Settings.from_environ(processes.environment))
        yield Place(processes, app, plain_url)
        close_app(app)


@pytest.fixture
def processes(tmp_path: Path, sqlite_url: str) -> Iterator[AppProcesses]:
    """Run one site with the app on SQLite."""
    migrate(sqlite_url, sqlite_url)
    with running_cloud(people=6, months=1) as cloud, running_app(tmp_path, cloud, sqlite_url) as made:
        yield made
