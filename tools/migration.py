"""Brings the database to the newest schema; skips the second it takes when the local one is there already."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import subprocess

from tools.project import PYTHON, ROOT, VAR, CannotGoOn

LOCAL_DATABASE = VAR / "timesheet.db"
STAMP = VAR / ".migrated"
# "timesheet.settings.SettingsError: " before the sentence that a person can use.
CLASS = re.compile(r"^[\w.]+Error: ")


def upgrade(variables: dict[str, str]) -> None:
    """Migrate the database that the environment names."""
    VAR.mkdir(exist_ok=True)
    command = [str(PYTHON), "-m", "flask", "--app", "app", "db", "upgrade"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotGoOn(f"the database could not be migrated: {reason(done.stderr or done.stdout)}")


def reason(said: str) -> str:
    """The sentence of the last error that a program named while it failed, else its last line."""
    lines = said.strip().splitlines() or ["it gave no reason"]
    named = [line for line in lines if CLASS.match(line)]
    return CLASS.sub("", (named or lines)[-1])


def upgrade_local(variables: dict[str, str]) -> None:
    """Migrate the database under ``var/`` unless nothing changed since the last time."""
    if STAMP.exists() and STAMP.read_text() == state():
        return
    upgrade(variables)
    STAMP.write_text(state())


def state() -> str:
    """The migrations in the checkout and the version in the local database, as one line."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(file.read_bytes())
    return f"{digest.hexdigest()} {version()}"


def version() -> str:
    """The schema version of the local database; ``none`` where there is none."""
    if not LOCAL_DATABASE.exists():
        return "none"
    with contextlib.closing(sqlite3.connect(LOCAL_DATABASE)) as database:
        try:
            return str(database.execute("select version_num from alembic_version").fetchall())
        except sqlite3.DatabaseError:
            return "none"
