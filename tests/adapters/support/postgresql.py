"""A PostgreSQL server for the length of a test run, if its programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Test data need not survive a crash, and only local sockets may connect.
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@contextmanager
def running_postgresql(programs: Path) -> Iterator[str]:
    """Yield its address. The socket is in a short path, because a path may have at most 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="pg."))
    as_postgres = _as_postgres(folder)
    control = [*as_postgres, str(programs / "pg_ctl"), "-D", f"{folder}/data", "-s"]
    try:
        initdb = [*as_postgres, str(programs / "initdb"), "-D", f"{folder}/data", "-U", "postgres"]
        _run([*initdb, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"])
        _run([*control, "-w", "-l", f"{folder}/server.log", "-o", f"{OPTIONS} -k {folder}", "start"])
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(folder: Path) -> list[str]:
    """Return a command prefix: PostgreSQL refuses to run as root, so root gives the folder to its user."""
    if os.getuid() != 0:
        return []
    folder.chmod(0o755)
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
