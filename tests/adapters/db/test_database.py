"""The database itself: migrations, locks, and updates that must not get lost."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, check, downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect, make_url, text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from timesheet.adapters.db.base import Base
from timesheet.adapters.db.database import Database
from timesheet.adapters.db.fitness import DatabaseUnfit, is_migrated
from timesheet.adapters.db.row_security import QUEUE
from timesheet.adapters.db.tables import (  # noqa: F401 - tables that no store of this module imports
    job,
    privacy,
    timer,
    token,
)
from timesheet.domain.errors import InvalidInput
from timesheet.settings import ROOT


@pytest.fixture
def migrated(database_url: str) -> Iterator[Flask]:
    """Return an app with an empty, migrated database."""
    app = Flask("test")
    opened = Database(app, database_url)
    Migrate(app, opened.extension, directory=str(ROOT / "migrations"), render_as_batch=True)
    app.extensions["database"] = opened
    with app.app_context():
        yield app
        opened.extension.engine.dispose()


def tables(app: Flask) -> set[str]:
    return set(inspect(app.extensions["database"].extension.engine).get_table_names())


def test_every_migration_goes_up_and_down_and_up_again(migrated: Flask) -> None:
    upgrade()
    there = tables(migrated)
    queue = {name for name in there if name.startswith(QUEUE)}
    assert len(queue) == (4 if "postgresql" in migrated.config["SQLALCHEMY_DATABASE_URI"].drivername else 0)
    assert there - queue == {"alembic_version", *Base.metadata.tables}
    downgrade(revision="base")
    assert tables(migrated) == {"alembic_version"}
    upgrade()
    assert tables(migrated) == there


def test_the_models_and_the_migrations_agree(migrated: Flask) -> None:
    upgrade()
    check()


def test_their_checks_agree_too(migrated: Flask) -> None:
    upgrade()
    there = inspect(migrated.extensions["database"].extension.engine)
    for table in Base.metadata.sorted_tables:
        declared = {item.name for item in table.constraints if isinstance(item, CheckConstraint)}
        assert {check["name"] for check in there.get_check_constraints(table.name)} == declared, table.name


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_it_is_migrated_when_the_last_migration_has_run_or_one_of_a_newer_version(migrated: Flask) -> None:
    database: Database = migrated.extensions["database"]
    assert not database.migrated(), "nobody has migrated it"
    upgrade()
    downgrade(revision="-1")
    assert not database.migrated()
    upgrade()
    with database.extension.engine.begin() as connection:
        assert is_migrated(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert database.migrated(), "a version before that one goes on working"


def test_foreign_keys_hold_after_a_migration(migrated: Flask) -> None:
    upgrade()
    database: Database = migrated.extensions["database"]
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        database.session.execute(
            text(
                "INSERT INTO site_setting (client_key, fallback_zone, week_start, version) "
                "VALUES ('nobody', 'UTC', 'locale', 1)"
            )
        )
    database.roll_back()


def test_sqlite_is_set_up_for_many_threads(sqlite_url: str) -> None:
    app = Flask("test")
    database = Database(app, sqlite_url)
    with app.app_context():
        names = ("journal_mode", "foreign_keys", "busy_timeout")
        with database.reading() as session:
            found = {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in names}
        assert found == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 5000}
        database.extension.engine.dispose()


def test_no_update_is_lost_between_threads(sqlite_url: str) -> None:
    app = Flask("test")
    database = Database(app, sqlite_url)
    with app.app_context():
        database.session.execute(text("CREATE TABLE counter (n INTEGER)"))
        database.session.execute(text("INSERT INTO counter VALUES (0)"))
        database.commit()

    def count(_: int) -> None:
        for _ in range(20):
            with app.app_context():
                value = database.session.execute(text("SELECT n FROM counter")).scalar_one()
                database.session.execute(text("UPDATE counter SET n = :n"), {"n": value + 1})
                database.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    with app.app_context():
        with database.reading() as session:
            assert session.execute(text("SELECT n FROM counter")).scalar_one() == 80
        database.extension.engine.dispose()


def test_a_reader_does_not_wait_for_a_writer(sqlite_url: str) -> None:
    app = Flask("test")
    database = Database(app, sqlite_url)
    with app.app_context():
        database.session.execute(text("CREATE TABLE note (n INTEGER)"))
        database.commit()
        database.session.execute(text("INSERT INTO note VALUES (1)"))

        def read() -> int:
            with app.app_context(), database.reading() as session:
                return int(session.execute(text("SELECT count(*) FROM note")).scalar_one())

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(read).result(timeout=30) == 0
        database.commit()
        database.extension.engine.dispose()


def test_a_text_that_the_database_cannot_hold_is_what_was_typed_wrong(secured_url: str) -> None:
    """SQLite keeps it, PostgreSQL does not even look for it; the transaction goes on."""
    app = Flask("test")
    database = Database(app, secured_url)
    with app.app_context():
        with pytest.raises(InvalidInput, match="cannot be stored"):
            database.session.execute(text("SELECT :name"), {"name": "a\x00b"})
        assert database.session.execute(text("SELECT :name"), {"name": "ab"}).scalar_one() == "ab"
        database.roll_back()
        database.extension.engine.dispose()


def test_what_somebody_typed_is_not_taken_for_an_error_of_the_driver(secured_url: str) -> None:
    """The server quotes a value that is there already."""
    app = Flask("test")
    database = Database(app, secured_url)
    with app.app_context():
        connection = database.session.connection()
        connection.execute(text("CREATE TEMPORARY TABLE thing (name TEXT PRIMARY KEY)"))
        for name in ("It cannot contain NUL", "Rome (before year 1)"):
            nested = connection.begin_nested()
            with pytest.raises(IntegrityError):
                connection.execute(text("INSERT INTO thing VALUES (:name), (:name)"), {"name": name})
            nested.rollback()
        database.roll_back()
        database.extension.engine.dispose()


def test_why_a_database_cannot_be_reached_at_the_start_is_logged(postgresql_server: str) -> None:
    missing = make_url(postgresql_server).set(database="not_there").render_as_string(hide_password=False)
    app = Flask("test")
    opened = Database(app, missing)
    with app.app_context(), capture_logs() as logs:
        opened.check(row_security=True)
    [line] = logs
    assert line["event"] == "database_not_checked"
    assert 'database "not_there" does not exist' in line["reason"]


def test_a_database_that_is_gone_is_noticed(tmp_path: Path) -> None:
    app = Flask("test")
    database = Database(app, "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")
    with app.app_context():
        assert not database.reachable()
    here = Flask("test")
    present = Database(here, f"sqlite:///{tmp_path / 'deep' / 'er' / 'timesheet.db'}")
    with here.app_context():
        assert present.reachable()
        present.extension.engine.dispose()


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(
        DatabaseUnfit, match=r"^DATABASE_URL: the folder .*/file/var of .* \(Not a directory\)\.$"
    ):
        Database(Flask("test"), f"sqlite:///{file}/var/timesheet.db")


def test_a_folder_in_place_of_the_file_is_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnfit, match=rf"^DATABASE_URL: {tmp_path} is a folder\. Name a file in it\.$"):
        Database(Flask("test"), f"sqlite:///{tmp_path}")


def test_a_folder_that_belongs_to_somebody_else_is_named_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests may run as root, who may write everywhere."""
    checked = list[Path]()

    def access(folder: Path, mode: int) -> bool:
        checked.append(folder)
        return not mode & os.W_OK

    monkeypatch.setattr(os, "access", access)
    said = rf"^DATABASE_URL: the user of this process may not write in {tmp_path}, the folder of the database file\.$"
    with pytest.raises(DatabaseUnfit, match=said):
        Database(Flask("test"), f"sqlite:///{tmp_path}/timesheet.db")
    assert checked == [tmp_path]


@pytest.mark.parametrize(("kept", "said"), [(5000, "malformed"), (0, "not a database")], ids=["cut", "other"])
def test_a_damaged_file_is_named_in_one_line(tmp_path: Path, kept: int, said: str) -> None:
    file = tmp_path / "timesheet.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE thing (name TEXT)")
        connection.execute("INSERT INTO thing VALUES (?)", ("x" * 50_000,))
        connection.commit()
    file.write_bytes(file.read_bytes()[:kept] or b"something else" * 100)
    app = Flask("test")
    database = Database(app, f"sqlite:///{file}")
    with app.app_context(), pytest.raises(DatabaseUnfit, match=f"^DATABASE_URL: .* {said}.*Restore a backup"):
        database.check(row_security=True)
