"""The move from SQLite to PostgreSQL, with the commands of docs/database.md: everything arrives, or nothing."""

from __future__ import annotations

import re
import shutil
import sqlite3
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import make_url

from tests.adapters.support.restarting_app import RestartingApp, Rows, Work, restarting_app
from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles
from tests.adapters.transfer.test_restore import COME_LATER, Known, secret_of
from tests.web.support.recorded_events import verdict
from tests.web.support.two_sites import fill
from timesheet.settings import ROOT

EXPORTED = datetime(2026, 12, 1, tzinfo=UTC)
"""Part of the signature of an export."""
PAGE = ROOT / "docs" / "database.md"
COPY = "flask --app app sites copy-from var/timesheet.db"


def commands() -> str:
    part = PAGE.read_text().partition("## From SQLite to PostgreSQL")[2].partition("\n## ")[0]
    [block] = re.findall(r"```\n(.*?)```", part, re.DOTALL)
    return textwrap.dedent(block)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RestartingApp]:
    """Yield an app on SQLite, stopped, with rows in every table; every test moves a copy of it."""
    with restarting_app(tmp_path_factory.mktemp("filled")) as built:
        built.run("flask --app app db upgrade")
        built.start()
        site = built.cloud.sites[0]
        site.install(f"{built.base_url}/atlassian-connect.json")
        fill(built.stage.app, Known(site.site.client_key), "kept")  # type: ignore[arg-type]
        Work(built, "before").log()
        built.run("flask --app app audit checkpoint")
        built.stop()
        yield built


@contextmanager
def copied(filled: RestartingApp, folder: Path, server: str, template: str) -> Iterator[RestartingApp]:
    """Yield a copy of the app whose settings name a new PostgreSQL database."""
    shutil.copytree(filled.folder / "var", folder / "var")
    with fresh_database(server, template, OWNER) as name:
        database, owner = (address(server, name, role) for role in (APP, OWNER))
        built = replace(filled, folder=folder, database=database, owner=owner, app=None)
        try:
            yield built
        finally:
            if built.app is not None:
                built.stop()


@pytest.fixture
def untouched(filled: RestartingApp, tmp_path: Path, postgresql_server: str) -> Iterator[RestartingApp]:
    """Yield an app on SQLite, stopped, whose settings name a PostgreSQL database without tables."""
    make_roles(postgresql_server)
    with copied(filled, tmp_path, postgresql_server, "template1") as built:
        yield built


@pytest.fixture
def moving(
    filled: RestartingApp, tmp_path: Path, postgresql_server: str, walled_template: str
) -> Iterator[RestartingApp]:
    """Yield the same after the first command of the page, which creates the tables."""
    with copied(filled, tmp_path, postgresql_server, walled_template) as built:
        yield built


def lasting(rows: Rows) -> Rows:
    """Return the rows without the revisions of the sites, which rise with each change."""
    return rows | {"site": [row.rpartition(",")[0] for row in rows["site"]]}


def proof(built: RestartingApp) -> list[str]:
    """Return a site's events as they are exported, with their hashes and signatures."""
    app, key = built.stage.app, built.cloud.sites[0].site.client_key
    with app.app_context():
        deps = app.extensions["timesheet"]
        deps.operation.transaction.enter(key)
        return list(deps.audit.audit_of(key).proof(EXPORTED))


def cut_off(data: bytes) -> bytes:
    """Return the first two thirds of a file, as after a copy for which the disk had no room."""
    return data[: len(data) * 2 // 3]


def overwrite(data: bytes) -> bytes:
    """Return a file in whose middle some pages are replaced."""
    middle = len(data) // 2
    return data[:middle] + b"\xff" * 8192 + data[middle + 8192 :]


def test_everything_moves_and_people_go_on(untouched: RestartingApp, postgresql_server: str) -> None:
    built, target = untouched, untouched.database
    key = built.cloud.sites[0].site.client_key
    kept = built.rows()
    assert not [table for table, rows in kept.items() if not rows and table not in COME_LATER]
    built.database = ""
    built.start()
    secret, events = secret_of(built), proof(built)
    built.stop()
    built.database = target

    built.run(commands())
    built.reader = address(postgresql_server, str(make_url(target).database))
    assert lasting(built.rows()) == lasting(kept)
    built.start()
    assert secret_of(built) == secret
    assert proof(built) == events
    assert verdict(built.stage.app, key).intact
    Work(built, "after").log()
    assert verdict(built.stage.app, key).intact
    with pytest.raises(AssertionError, match="has data already"):
        built.run(COPY)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        # Only SQLite stores a text that is longer than its column.
        (
            "UPDATE user_label SET name = name || hex(zeroblob(500))",
            "user_label: one of its rows cannot be copied",
        ),
        (
            "UPDATE user_label SET name = CAST(X'ff' AS TEXT)",
            "user_label: one of its rows cannot be copied (InvalidInput)",
        ),
        # Values that no column of these kinds contains.
        ("UPDATE site SET installed_at = 'yesterday'", "site: one of its rows cannot be copied (ValueError)"),
        (
            "UPDATE worklog_attribute SET options = 'yes, no'",
            "worklog_attribute: one of its rows cannot be copied (JSONDecodeError)",
        ),
        ("UPDATE alembic_version SET version_num = '0020'", "does not have the tables of this version"),
        ("DROP TABLE alembic_version", "does not have the tables of this version"),
    ],
)
def test_what_cannot_be_copied_whole_is_not_copied(
    moving: RestartingApp, postgresql_server: str, spoil: str, said: str
) -> None:
    with sqlite3.connect(moving.folder / "var" / "timesheet.db") as connection:
        connection.execute(spoil)
    connection.close()
    with pytest.raises(AssertionError, match=re.escape(said)) as refused:
        moving.run(COPY)
    assert "Traceback" not in str(refused.value)
    moving.reader = address(postgresql_server, str(make_url(moving.database).database))
    assert not any(moving.rows().values())


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (cut_off, r"cannot be opened \(database disk image is malformed\)"),
        (overwrite, r"is damaged \(.*\)\. Copy a backup instead"),
    ],
)
def test_a_damaged_file_is_not_copied(
    moving: RestartingApp, damage: Callable[[bytes], bytes], said: str
) -> None:
    file = moving.folder / "var" / "timesheet.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(AssertionError, match=rf"timesheet\.db: {said}") as refused:
        moving.run(COPY)
    assert "Traceback" not in str(refused.value)


def test_a_file_that_a_running_app_may_still_change_is_not_copied(moving: RestartingApp) -> None:
    with closing(sqlite3.connect(moving.folder / "var" / "timesheet.db", isolation_level=None)) as app:
        for used in ("SELECT count(*) FROM site", "BEGIN IMMEDIATE"):
            app.execute(used).fetchall()
            with pytest.raises(
                AssertionError, match=r"cannot be opened \(database is locked\)\. Stop the app"
            ):
                moving.run(COPY)
    moving.run(COPY)


def test_secrets_that_the_keys_do_not_open_are_not_copied(moving: RestartingApp) -> None:
    with pytest.raises(AssertionError, match="ENCRYPTION_KEYS: no key opens a stored secret"):
        moving.run(f"ENCRYPTION_KEYS={Fernet.generate_key().decode()} {COPY}")
    moving.run(COPY)


def test_the_tables_come_first(untouched: RestartingApp) -> None:
    with pytest.raises(AssertionError, match=r"tables of this version\. Create them first"):
        untouched.run(COPY)


def test_a_wrong_address_or_file_is_said(moving: RestartingApp) -> None:
    (moving.folder / "other.db").write_text("something\n")
    with pytest.raises(AssertionError, match=r"other.db: cannot be opened \(file is not a database\)\.$"):
        moving.run("flask --app app sites copy-from other.db")
    moving.database = moving.owner = ""
    with pytest.raises(AssertionError, match="must name the PostgreSQL database"):
        moving.run(COPY)
