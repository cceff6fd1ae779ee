"""Fixtures for all tests: contracts, databases, and the browser. The servers are in the journeys' own conftest."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.adapters.support.emptied import EmptiedDatabase
from tests.adapters.support.postgresql import running_postgresql
from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles, migrate
from tests.adapters.support.valkey import Valkey, running_valkey
from tests.emulator.support.prepared import prepared_clouds
from tests.web.support.built_once import building_once
from tools.browser import find_chromium
from tools.postgresql import NAMED, find_programs
from tools.project import ROOT
from tools.valkey import find_server

CONTRACTS = ROOT / "tests" / "contracts"
WAITING = {"bench", "hosting", "processes"}
"""The folders whose tests start processes of their own and mostly wait for them."""
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
# The duration of one example depends on a busy machine more than on the code. CI judges a change by the same examples
# each time; new ones are found by developers.
settings.register_profile("any machine", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of how journeys find the app inside Jira."""
    parser.addoption(
        "--door",
        choices=["connect", "forge", "both"],
        help="journeys with a Connect app, a Forge app, or each (default: Connect, and a selection with Forge)",
    )


def pytest_configure() -> None:
    """Keep temporary files in memory where there is room: a database waits for its disk several times a test.

    Until all modules are loaded there is hardly any garbage, and searching for it takes a quarter of the time.
    """
    gc.set_threshold(100_000, 50, 100)
    if "TMPDIR" not in os.environ and has_room(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def has_room(folder: Path) -> bool:
    """Return whether tests may keep all their files in this folder, programs among them."""
    try:
        there = os.statvfs(folder)
    except OSError:
        return False
    return there.f_bavail * there.f_frsize >= ROOM and not there.f_flag & os.ST_NOEXEC


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run first what waits for processes: other workers need the processor meanwhile, and none waits in the end."""
    tests = ROOT / "tests"
    items.sort(key=lambda item: item.path.relative_to(tests).parts[0] not in WAITING)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from searching modules and tests, which stay, again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    with building_once(), prepared_clouds():
        yield


@pytest.fixture(scope="session")
def contract() -> Callable[[str], Path]:
    """Return a function that finds a file of contract facts by its name."""
    return CONTRACTS.joinpath


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Yield the server in TEST_POSTGRESQL_URL, or one that is started here."""
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
    """Yield a new database on the server, for the user who owns the server."""
    with fresh_database(postgresql_server) as name:
        yield address(postgresql_server, name)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """Yield a running Valkey server of this test's own, without persistence."""
    program = find_server()
    if program is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("neither Valkey nor Redis is installed")
    else:
        with running_valkey(program, tmp_path) as server:
            yield server


@pytest.fixture(scope="session")
def walled_template(postgresql_server: str) -> Iterator[str]:
    """Yield a database with all tables, owned by one role and used by another."""
    make_roles(postgresql_server)
    with fresh_database(postgresql_server, owner=OWNER) as name:
        migrate(address(postgresql_server, name, APP), address(postgresql_server, name, OWNER))
        yield name


@pytest.fixture
def secured_url(postgresql_server: str, walled_template: str) -> Iterator[str]:
    """Yield a new copy of it, for the role of the app."""
    with fresh_database(postgresql_server, template=walled_template) as name:
        yield address(postgresql_server, name, APP)


@pytest.fixture
def owned_url(postgresql_server: str, walled_template: str) -> Iterator[str]:
    """Yield a new copy of it, for the role that owns its tables."""
    with fresh_database(postgresql_server, template=walled_template, owner=OWNER) as name:
        yield address(postgresql_server, name, OWNER)


@pytest.fixture(scope="session")
def emptied_database(postgresql_server: str, walled_template: str) -> Iterator[EmptiedDatabase]:
    database = EmptiedDatabase(postgresql_server, walled_template)
    yield database
    database.close()


@pytest.fixture
def emptied_url(postgresql_server: str, emptied_database: EmptiedDatabase) -> Iterator[str]:
    """Yield a copy of it that all tests share, without rows, for the app's role."""
    name = emptied_database.empty()
    with emptied_database.connections.lending(name):
        yield address(postgresql_server, name, APP)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Return options for Debian's Chromium, if installed, without outgoing calls and without a sandbox."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    offline = ["--disable-background-networking", "--disable-component-update"]
    found = find_chromium()
    path = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **path, "args": quiet + offline}
