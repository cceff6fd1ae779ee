"""Run the processes for the faults: two web processes, a worker, PostgreSQL, Valkey, and two emulated sites.

A program that ends is started again, as by a service manager. Each web process has its own address, and people
use either of them, as behind a proxy that skips a process that does not answer.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import requests
from flask import Flask

from bench.hanging_jira import free_port
from jira_emulator.server import RunningCloud, running_cloud
from tests.adapters.support.postgresql import LOCAL, PostgreSQL, running_server
from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles, migrate
from tests.adapters.support.valkey import Valkey, running_valkey
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings
from tools import servers
from tools.postgresql import find_programs
from tools.project import PYTHON, ROOT, CannotGoOn
from tools.stage import speak_english
from tools.valkey import find_server

PATIENCE, POLL, RESTART_SECONDS = 90.0, 0.05, 0.3
DISK_MIB = 192
RETRY_SECONDS = 2.0
PEOPLE = 6
"""The pause after which Jira sends an event again that was not taken; five times."""


@dataclass
class Program:
    """A process that is started again whenever it ends."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None
    over: Event = field(default_factory=Event)

    def keep(self) -> None:
        """Start it, and start it again whenever it ends, until ``end``."""
        self._start()
        Thread(target=self._watch, daemon=True).start()

    def kill(self) -> None:
        """Kill it and its children with ``kill -9``."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it for good."""
        self.over.set()
        self.kill()
        if self.process:
            self.process.wait()

    def _start(self) -> None:
        with self.log.open("ab") as log:
            self.starts += 1
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def _watch(self) -> None:
        while not self.over.is_set():
            assert self.process is not None
            self.process.wait()
            if not self.over.wait(RESTART_SECONDS):
                self._start()


@dataclass
class Addresses:
    """The addresses of the web processes. A person uses either, and soon the other one if there is no answer."""

    urls: list[str]
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def base_url(self) -> str:
        """Return one of them."""
        return self.dice.choice(self.urls)

    @property
    def up(self) -> Addresses:
        """Return the wait of a person without an answer."""
        return self

    def wait(self, _seconds: float) -> None:
        """Wait as long as a restart takes, whatever was asked."""
        Event().wait(RESTART_SECONDS)


@dataclass
class Deployment:
    """Everything that runs. ``app`` is the app in this process, to look inside; it is never used to serve."""

    folder: Path
    cloud: RunningCloud
    postgresql: PostgreSQL
    valkey: Valkey
    web: list[Program]
    worker: Program
    addresses: Addresses
    app: Flask
    database_url: str
    disk: Path | None
    passed: float = 0
    _logged: Counter[str] = field(default_factory=Counter)

    def step_clock(self, seconds: float) -> None:
        """Set the clock of all processes of the app this many seconds before or after Jira's."""
        made = clock_file(self.folder).with_suffix(".new")
        made.write_text(str(self.passed + seconds))
        made.replace(clock_file(self.folder))

    def pass_time(self, seconds: float) -> None:
        """Let time pass for Jira and for the app."""
        self.cloud.cloud.clock.travel(seconds)
        self.passed += seconds
        self.step_clock(0)

    def wait_until_healthy(self) -> float:
        """Wait until every web process reaches database and cache; return the seconds that took."""
        began = time.monotonic()
        for url in self.addresses.urls:
            wait_until(lambda url=url: healthy(url))  # type: ignore[misc]
        return time.monotonic() - began

    def logged(self) -> dict[str, int]:
        """Return how often the processes logged each warning and error since the last time."""
        text = "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))
        found = Counter[str]()
        for line in text.splitlines():
            with suppress(ValueError, AttributeError):
                entry = json.loads(line)
                last = str(entry.get("exception") or entry.get("kind") or "").strip().splitlines()[-1:]
                found[f"{entry['level']} {entry['event']} {' '.join(last)[:100]}".strip()] += 1
        found, self._logged = found - self._logged, found
        return dict(found)

    def copy_logs(self, folder: Path) -> None:
        """Copy the logs of all processes."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("*.log"):
            shutil.copy(path, folder)


def clock_file(folder: Path) -> Path:
    """Return the file that moves the clock."""
    return folder / "clock"


def healthy(url: str) -> bool:
    """Return whether a web process answers and reaches its database and its cache."""
    with suppress(requests.RequestException, ValueError):
        ready = requests.get(f"{url}/readyz", timeout=5)
        cache = requests.get(f"{url}/healthz", timeout=5).json()["cache"]
        return ready.status_code == 200 and cache == "ok"
    return False


def wait_until(done: Callable[[], object], patience: float = PATIENCE) -> None:
    """Check a condition until it is true. Raise TimeoutError otherwise."""
    end, pause = time.monotonic() + patience, Event()
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("it never came")
        pause.wait(POLL)


@contextmanager
def running_deployment() -> Iterator[Deployment]:
    """Run everything for one block, with the app installed on both sites."""
    programs, server = find_programs(), find_server()
    if programs is None or server is None:
        raise CannotGoOn("PostgreSQL and Valkey are required: python3 dev.py test installs both.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cloud = stack.enter_context(running_cloud(sites=2, people=PEOPLE, months=1))
        for site in cloud.sites:
            # The notes of pages are checked in English.
            speak_english(site)
        disk = stack.enter_context(small_disk(folder))
        database = stack.enter_context(running_server(programs, LOCAL, parent=disk))
        valkey = stack.enter_context(running_valkey(server, folder))
        make_roles(database.address)
        name = stack.enter_context(fresh_database(database.address, owner=OWNER))
        app_url, owner_url = (address(database.address, name, role) for role in (APP, OWNER))
        migrate(app_url, owner_url)
        clock_file(folder).write_text("0")
        ports = [free_port(), free_port()]
        jira = int(cloud.sites[0].base_url.rpartition(":")[2])
        variables = servers.development(ports[0], jira) | {
            "VAR_DIR": str(folder), "DATABASE_URL": app_url, "REDIS_URL": valkey.url, "WORKER": "beside",
            "LOG_LEVEL": "WARNING", "LOG_FORMAT": "json", "ASSETS": "bundle", "BENCH_CLOCK": str(clock_file(folder)),
        }  # fmt: skip
        app = create_app(Settings.from_environ(variables), clock=cloud.cloud.clock)
        stack.callback(close_app, app)
        web = [supervised(stack, web_command(port), variables, folder / f"web-{port}.log") for port in ports]
        worker = supervised(
            stack,
            [str(PYTHON), "-m", "flask", "--app", "bench.stepped_app", "worker"],
            variables,
            folder / "worker.log",
        )
        addresses = Addresses([f"http://127.0.0.1:{port}" for port in ports])
        deployment = Deployment(
            folder=folder,
            cloud=cloud,
            postgresql=database,
            valkey=valkey,
            web=web,
            worker=worker,
            addresses=addresses,
            app=app,
            database_url=address(database.address, name),
            disk=disk,
        )
        deployment.wait_until_healthy()
        for site in cloud.sites:
            site.tenant.webhooks.retry_seconds = RETRY_SECONDS
            site.install(f"{addresses.urls[0]}/atlassian-connect.json")
        yield deployment


def web_command(port: int) -> list[str]:
    """Return the command of one web process, whose clock can be stepped."""
    return [*servers.server(port, 1)[:-1], "bench.stepped_app:app"]


def supervised(stack: ExitStack, command: list[str], environment: dict[str, str], log: Path) -> Program:
    """Start a program that is kept running until the end."""
    program = Program(command, environment, log)
    stack.callback(program.end)
    program.keep()
    return program


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Yield a small disk, which can be filled; None if none can be made here."""
    disk = folder / "disk"
    disk.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "bench", str(disk)]
    if os.getuid() or subprocess.run(made, check=False, capture_output=True).returncode:
        yield None
        return
    folder.chmod(0o755)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
