"""A PostgreSQL server for the length of a test run, if its programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Test data need not survive a crash, and only local sockets may connect.
LOCAL = "-c listen_addresses=''"
OPTIONS = f"{LOCAL} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@dataclass(frozen=True)
class PostgreSQL:
    """A server that may be stopped and started again. Its data and its socket are in ``folder``."""

    programs: Path
    folder: Path
    options: str = OPTIONS

    @property
    def address(self) -> str:
        """Return the address for the user who owns the server."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    @property
    def pid(self) -> int:
        """Return the process id of the running server."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def create(self) -> None:
        """Create its data."""
        own = ["-D", f"{self.folder}/data", "-U", "postgres", "--auth=trust"]
        self._run("initdb", [*own, "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"])

    def start(self) -> None:
        """Start it, and wait until it answers."""
        waiting = ["-w", "--timeout=600"]
        said = ["-l", f"{self.folder}/server.log", "-o", f"{self.options} -k {self.folder}"]
        self._run("pg_ctl", ["-D", f"{self.folder}/data", "-s", *waiting, *said, "start"])

    def stop(self, mode: str = "immediate") -> None:
        """End it, and wait until it has ended; ``fast`` ends its transactions first."""
        self._run("pg_ctl", ["-D", f"{self.folder}/data", "-s", "-w", "-m", mode, "stop"])

    def _run(self, program: str, arguments: list[str]) -> None:
        command = [*_as_postgres(self.folder), str(self.programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@contextmanager
def running_server(
    programs: Path, options: str = OPTIONS, parent: Path | None = None
) -> Iterator[PostgreSQL]:
    """Yield a server of its own, in a folder of its own in ``parent``.

    The socket is in a short path, because a path may have at most 107 bytes.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg.", dir=parent))
    server = PostgreSQL(programs, folder, options)
    try:
        server.create()
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_postgresql(programs: Path) -> Iterator[str]:
    """Yield the address of a server."""
    with running_server(programs) as server:
        yield server.address


def _as_postgres(folder: Path) -> list[str]:
    """Return a command prefix: PostgreSQL refuses to run as root, so root gives the folder to its user."""
    if os.getuid() != 0:
        return []
    folder.chmod(0o755)
    shutil.chown(folder, "postgres", "postgres")
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
