"""Migrate the database to the newest schema; skip the second it takes if the local one is up to date."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import subprocess

from tools.project import PYTHON, ROOT, VAR, CannotGoOn

LOCAL_DATABASE = VAR / "timesheet.db"
STAMP = VAR / ".migrated"
# "timesheet.settings.SettingsError: " before the sentence for a person.
CLASS = re.compile(r"^[\w.]+Error: ")


def upgrade(variables: dict[str, str]) -> None:
    """Migrate the database in the environment."""
    VAR.mkdir(exist_ok=True)
    command = [str(PYTHON), "-m", "flask", "--app", "app", "db", "upgrade"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotGoOn(f"the database could not be migrated: {reason(done.stderr or done.stdout)}")


def reason(said: str) -> str:
    """Return the message of the last error in a program's output, or its last line."""
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
    """Return the migrations in the checkout and the version in the local database, as one line."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(file.read_bytes())
    return f"{digest.hexdigest()} {version()}"


def version() -> str:
    """Return the schema version of the local database; ``none`` if there is none."""
    if not LOCAL_DATABASE.exists():
        return "none"
    with contextlib.closing(sqlite3.connect(LOCAL_DATABASE)) as database:
        try:
            return str(database.execute("select version_num from alembic_version").fetchall())
        except sqlite3.DatabaseError:
            return "none"
