"""The commands of docs/backup.md on both databases: a server is lost, and everything is restored."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.adapters.support.restarting_app import RestartingApp, Rows, Work, restarting_app
from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles, run
from tests.web.support.recorded_events import events, verdict
from tests.web.support.two_sites import fill
from timesheet.settings import ROOT
from tools.postgresql import find_programs

PAGE, BACKUP = ROOT / "docs" / "backup.md", "timesheet_backup"
# What the app itself adds while the copy is made.
GROWING = ("audit", "worklog_intent", "job", "worklog_event", "change_feed")
COME_LATER = ("worklog_intent", "audit_trim", "audit_trim_proof")


def blocks() -> list[str]:
    """Return the commands for the whole server, in the order of the page."""
    part = PAGE.read_text().partition("## The whole server")[2].partition("## A site's configuration")[0]
    return re.findall(r"```(?:sql)?\n(.*?)```", part, re.DOTALL)


def need(program: str) -> None:
    """Skip without a program that dev.py installs; in CI fail."""
    if shutil.which(program, path=f"{find_programs()}:{os.environ['PATH']}") is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say(f"{program} is not installed")


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[RestartingApp]:
    need("sqlite3")
    with restarting_app(tmp_path) as built:
        yield built


@pytest.fixture
def on_postgresql(tmp_path: Path, postgresql_server: str) -> Iterator[RestartingApp]:
    """Run the block with the roles that the pages on the database and on backups describe."""
    need("pg_dump")
    make_roles(postgresql_server)
    run(postgresql_server, f"DROP ROLE IF EXISTS {BACKUP}")
    with fresh_database(postgresql_server, owner=OWNER) as name, restarting_app(tmp_path) as built:
        try:
            run(postgresql_server, *blocks()[2].replace("…", BACKUP).strip().split("\n"))
            built.database, built.owner, built.reader = (
                address(postgresql_server, name, role) for role in (APP, OWNER, BACKUP)
            )
            yield built
        finally:
            run(postgresql_server, f"DROP ROLE IF EXISTS {BACKUP}")


@dataclass(frozen=True)
class Known:
    """A site by its key, as ``fill`` wants it."""

    client_key: str


def keep_and_lose(built: RestartingApp, backup: str, restore: str, lose: Callable[[], None]) -> None:
    """Keep a copy while people work, lose the server, bring it back, and go on."""
    built.run("flask --app app db upgrade")
    built.start()
    site = built.cloud.sites[0]
    site.install(f"{built.base_url}/atlassian-connect.json")
    key, secret = site.site.client_key, secret_of(built)
    fill(built.stage.app, Known(key), "kept")  # type: ignore[arg-type]
    before = Work(built, "before")
    for _ in range(3):
        before.log()
    built.run("flask --app app audit checkpoint")
    kept, events_before = built.rows(), events(built.stage.app, key)
    assert not [table for table, rows in kept.items() if not rows and table not in COME_LATER]
    during = Work(built, "during")
    with during.going_on():
        built.run(backup)
    assert during.done > 0
    made = [path for path in built.folder.rglob("timesheet-2*") if path.is_file()]
    assert [stat.filemode(path.stat().st_mode) for path in made] == ["-rw-------"]
    spoil(built, key)
    built.stop()
    lose()

    built.run(restore)
    built.start()
    back = built.rows()
    assert unchanging(back) == unchanging(kept)
    known = events(built.stage.app, key)
    assert len(events_before) <= len(known) <= len(events_before) + during.done + 1
    assert known[: len(events_before)] == events_before
    assert verdict(built.stage.app, key).intact
    assert secret_of(built) == secret
    after = Work(built, "after")
    after.log()
    assert "1:00" in after.browser.get("/timesheet", view="range", first="2031-01-01", last="2031-01-07")
    assert len(events(built.stage.app, key)) == len(known) + 1
    assert verdict(built.stage.app, key).intact


def secret_of(built: RestartingApp) -> str | None:
    """Return the site's decrypted secret."""
    with built.stage.app.app_context():
        [site] = built.stage.app.extensions["timesheet"].sites.installed_sites()
        return str(site.secret) if site.secret else None


def spoil(built: RestartingApp, key: str) -> None:
    """Make changes after the backup, which the restore must undo."""
    app = built.stage.app
    with app.app_context():
        deps = app.extensions["timesheet"]
        deps.operation.transaction.enter(key)
        deps.stores.stores_of(key).teams.delete("team-kept")
        deps.operation.transaction.commit()
    assert unchanging(built.rows())["team"] == []


def unchanging(rows: Rows) -> Rows:
    return {table: columns for table, columns in rows.items() if not table.startswith(GROWING)}


KILLED = """#!/bin/sh
printf '%s\\n' "$@" | sed -n "s/^.backup '\\(.*\\)'$/\\1/p; s/^--file=//p" | xargs touch
kill -9 $$
"""


@pytest.mark.parametrize(("number", "program"), [(0, "sqlite3"), (3, "pg_dump")])
def test_an_interrupted_backup_is_not_taken_for_one(tmp_path: Path, number: int, program: str) -> None:
    """SQLite's copy is an empty file at first, which would be restored as an empty database."""
    killed = tmp_path / program
    killed.write_text(KILLED)
    killed.chmod(0o700)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DATABASE_BACKUP_URL": ""}
    command = ["bash", "-uc", blocks()[number]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, stderr=subprocess.DEVNULL)
    assert done.returncode != 0
    left = [path.name for path in tmp_path.rglob("*.d*") if path.is_file()]
    assert left
    assert not [name for name in left if name.startswith("timesheet-")]


def test_sqlite_is_kept_and_comes_back(on_sqlite: RestartingApp) -> None:
    built = on_sqlite
    backup, restore = blocks()[:2]
    file = built.folder / "var" / "timesheet.db"

    def lose() -> None:
        """Replace the database with a file and a log that do not belong together, as after a failed disk."""
        for name in (file, file.with_name("timesheet.db-wal"), file.with_name("timesheet.db-shm")):
            # A request of the stopped app may still have the old file in its memory; to shorten that would kill it.
            name.unlink(missing_ok=True)
            name.write_bytes(b"not what it was" * 1000)

    keep_and_lose(built, backup, restore, lose)
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_postgresql_is_kept_and_comes_back(on_postgresql: RestartingApp, postgresql_server: str) -> None:
    built = on_postgresql
    _, _, _, backup, restore = blocks()
    name, guards = str(make_url(built.database).database), list[list[str]]()

    def lose() -> None:
        """Replace the server with another one that has the roles and an empty database."""
        guards.extend(rules(built.owner))
        run(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name} OWNER {OWNER}")

    keep_and_lose(built, backup, restore, lose)
    refuses_to_dump(built)
    now = rules(built.owner)
    assert [set(before) ^ set(after) for before, after in zip(guards, now, strict=True)] == [set()] * len(
        guards
    )
    assert all(guards)
    assert counted(built.database, "site") == counted(built.owner, "site") == 0, "whose, nobody said"
    # Restore again over the existing data, as after a mistake.
    kept = built.rows()
    built.stop()
    built.run(restore)
    # A database that was upgraded after the backup has tables of which the backup knows nothing.
    newer = create_engine(built.owner)
    with newer.begin() as connection:
        connection.execute(text("CREATE TABLE newer (client_key VARCHAR(255) REFERENCES site (client_key))"))
    newer.dispose()
    with pytest.raises(AssertionError, match="because other objects depend on it"):
        built.run(restore)
    assert unchanging(built.rows()) == unchanging(kept)
    run(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name} OWNER {OWNER}")
    built.run(restore)
    built.start()
    assert unchanging(built.rows()) == unchanging(kept)


def refuses_to_dump(built: RestartingApp) -> None:
    """Check that a role restricted by row-level security gets an error instead of an incomplete copy."""
    for url in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        with pytest.raises(AssertionError, match=r"row-level security policy|permission denied"):
            built.run(f'pg_dump --format=custom --file=with-holes.dump "${url}"')


RULES = """
    SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace;
    SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants
        WHERE grantee LIKE 'timesheet%';
    SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies;
    SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal;
    SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public';
    SELECT conrelid::regclass::text, conname, contype, confdeltype FROM pg_constraint
        WHERE contype <> 't' AND connamespace = 'public'::regnamespace;
    SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def rules(url: str) -> list[list[str]]:
    """Return everything that guards the rows: row-level security, rights, policies, triggers, keys."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [sorted(map(repr, connection.execute(text(part)).all())) for part in RULES.split(";")]
    engine.dispose()
    return found


def counted(url: str, table: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        count = int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    engine.dispose()
    return count
