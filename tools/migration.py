"""Prepare the database for a start: migrate it, but skip the second that takes if the local one is up to date."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tools.project import PYTHON, ROOT, VAR, CannotGoOn

# "timesheet.settings.SettingsError: " before the sentence for a person.
CLASS = re.compile(r"^[\w.]+Error: ")


def upgrade(variables: dict[str, str]) -> None:
    """Migrate the database in the environment."""
    Path(variables.get("VAR_DIR", VAR)).mkdir(parents=True, exist_ok=True)
    command = [str(PYTHON), "-m", "flask", "--app", "app", "db", "upgrade"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotGoOn(f"the database could not be migrated: {reason(done.stderr or done.stdout)}")


def reason(said: str) -> str:
    """Return the message of the last error in a program's output, or its last line."""
    lines = said.strip().splitlines() or ["it gave no reason"]
    named = [line for line in lines if CLASS.match(line)]
    return CLASS.sub("", (named or lines)[-1])


def local_database(folder: Path) -> Path:
    """Return the path of the database in a folder of local data."""
    return folder / "timesheet.db"


def upgrade_local(variables: dict[str, str], folder: Path) -> None:
    """Migrate the database in a folder of local data unless nothing changed since the last time."""
    stamp, database = folder / ".migrated", local_database(folder)
    if stamp.exists() and stamp.read_text() == state(database):
        return
    upgrade(variables)
    stamp.write_text(state(database))


def postpone_jobs(database: Path, seconds: int) -> None:
    """Let all jobs in a local database wait: an emulated Jira that just starts does not have the app yet."""
    due = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE job SET due_at = :due WHERE due_at < :due", {"due": due})


def state(database: Path) -> str:
    """Return the migrations in the checkout and the version in a local database, as one line."""
    digest = hashlib.sha256()
    for file in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(file.read_bytes())
    return f"{digest.hexdigest()} {version(database)}"


def version(database: Path) -> str:
    """Return the schema version of a local database; ``none`` if there is none."""
    if not database.exists():
        return "none"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        try:
            return str(connection.execute("select version_num from alembic_version").fetchall())
        except sqlite3.DatabaseError:
            return "none"
