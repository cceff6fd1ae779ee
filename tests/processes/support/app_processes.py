"""The app as an operator runs it: gunicorn with its workers as separate processes, which may be killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import requests

from jira_emulator.server import RunningCloud
from tools import servers
from tools.project import ROOT

PATIENCE, PROBE = 300.0, 5.0
POLL = 0.02
TIED = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
"""Ends the app when the tests are killed."""


@dataclass
class AppProcesses:
    """gunicorn on a port of its own. ``up`` is set while it answers."""

    folder: Path
    cloud: RunningCloud
    database_url: str
    port: int
    more: dict[str, str] = field(default_factory=dict)
    up: Event = field(default_factory=Event)
    master: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment for the app and for its commands, as an operator would set it."""
        jira = int(self.cloud.sites[0].base_url.rpartition(":")[2])
        chosen = {"VAR_DIR": str(self.folder), "DATABASE_URL": self.database_url}
        as_in_production = {"LOG_LEVEL": "ERROR", "LOG_FORMAT": "json", "ASSETS": "bundle"}
        return servers.development(self.port, jira) | chosen | as_in_production | self.more

    def start(self) -> None:
        """Start it like the Procfile, and wait until it answers."""
        with (self.folder / "app.log").open("ab") as log:
            self.master = subprocess.Popen(
                [*TIED, *servers.server(self.port, 1)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Wait until the health check answers."""
        wait_for(self._answers)
        self.up.set()

    def workers(self) -> list[int]:
        """Return the process ids of gunicorn's current workers."""
        assert self.master is not None
        tasks = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        return [int(pid) for pid in tasks.read_text().split()]

    def kill_workers(self) -> None:
        """Kill the workers with ``kill -9``; the master starts new ones."""
        self.up.clear()
        gone = self.workers()
        for pid in gone:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not set(gone) & set(self.workers()))
        self.wait_until_up()

    def kill_all(self) -> None:
        """Kill master and workers with ``kill -9``, and start again."""
        assert self.master is not None
        self.up.clear()
        os.killpg(self.master.pid, signal.SIGKILL)
        self.master.wait()
        self.start()

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.base_url}/healthz", timeout=PROBE).status_code == 200
        except requests.RequestException:
            return False


@contextmanager
def running_app(
    folder: Path, cloud: RunningCloud, database_url: str, more: dict[str, str] | None = None
) -> Iterator[AppProcesses]:
    """Run an app that is installed on every site of the cloud, with ``more`` in its environment."""
    processes = AppProcesses(folder, cloud, database_url, free_port(), more or {})
    try:
        processes.start()
        for site in cloud.sites:
            site.install(f"{processes.base_url}/atlassian-connect.json")
        yield processes
    finally:
        if processes.master and processes.master.poll() is None:
            os.killpg(processes.master.pid, signal.SIGKILL)
            processes.master.wait()


def wait_for(done: Callable[[], object], patience: float = PATIENCE) -> None:
    """Check a condition until it is true; fail after a timeout."""
    pause, end = Event(), time.monotonic() + patience
    while not done():
        assert time.monotonic() < end, "it never came"
        pause.wait(POLL)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
