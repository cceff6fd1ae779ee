"""What every test may ask for: contracts, databases and the browser. The servers are in the journeys' own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.adapters.support.postgresql import running_postgresql
from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles, migrate
from tools.browser import find_chromium
from tools.postgresql import NAMED, find_programs
from tools.project import ROOT

CONTRACTS = ROOT / "tests" / "contracts"
# How long one example takes says more of a busy machine than of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def contract() -> Callable[[str], Path]:
    """Find a file of facts of Atlassian's contracts by its name."""
    return CONTRACTS.joinpath


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The server that TEST_POSTGRESQL_URL names, else one that is started here."""
    named, programs = os.environ.get(NAMED), find_programs()
    if named:
        yield named
    elif programs is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say(f"PostgreSQL is not installed, and {NAMED} names no server")
    else:
        with running_postgresql(programs) as address:
            yield address


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'timesheet.db'}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A fresh database on the server, for whoever made the server."""
    with fresh_database(postgresql_server) as name:
        yield address(postgresql_server, name)


@pytest.fixture(scope="session")
def walled_template(postgresql_server: str) -> Iterator[str]:
    """A database with all tables, which belong to one role and are used by another."""
    make_roles(postgresql_server)
    with fresh_database(postgresql_server, owner=OWNER) as name:
        migrate(address(postgresql_server, name, APP), address(postgresql_server, name, OWNER))
        yield name


@pytest.fixture
def walled_url(postgresql_server: str, walled_template: str) -> Iterator[str]:
    """A copy of it, for the role of the app."""
    with fresh_database(postgresql_server, template=walled_template) as name:
        yield address(postgresql_server, name, APP)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium where it is installed, without anything that calls out or needs a sandbox."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    offline = ["--disable-background-networking", "--disable-component-update"]
    found = find_chromium()
    path = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **path, "args": quiet + offline}
