"""Run the app as operators do: with PostgreSQL, Valkey, several web processes, a worker, and a separate Jira.

All are separate processes on this machine, and each part's processor time and memory can be read while they run. The
app runs in an environment without the packages for development, some of which it would load.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.hanging_jira import free_port
from tests.adapters.support.postgresql import LOCAL, PostgreSQL, running_server
from tests.adapters.support.roles import APP, OWNER, address, fresh_database, make_roles, migrate
from tests.adapters.support.valkey import Valkey, running_valkey
from tools import environment, servers
from tools.postgresql import find_programs
from tools.project import BIN, PYTHON, VAR, CannotGoOn
from tools.valkey import find_server

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
SHARES = Path("/sys/fs/cgroup/cpu")
"""The place where the kernel limits how much of a core a group of processes may use (version 1 of control groups)."""
PERIOD = 10_000
PORTS = 10_000, 30_000


@dataclass
class Cluster:
    """The running processes. ``sites`` are the addresses of the Jira sites."""

    url: str
    sites: list[str]
    postgresql: PostgreSQL
    valkey: Valkey
    web: subprocess.Popen[str]
    worker: subprocess.Popen[str]
    jira: subprocess.Popen[str]

    def busy(self) -> dict[str, float]:
        """Return the seconds of processor time that each part has used so far; ``driver`` is this process."""
        roots = {
            "web": self.web.pid,
            "worker": self.worker.pid,
            "postgresql": self.postgresql.pid,
            "valkey": self.valkey.process.pid if self.valkey.process else 0,
            "jira": self.jira.pid,
            "driver": os.getpid(),
        }
        return {name: _seconds(pid, family=name in ("web", "postgresql")) for name, pid in roots.items()}

    def memory(self) -> list[float]:
        """Return the MiB that each web process occupies."""
        return [
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KIB / 1024
            for pid in children(self.web.pid)
        ]


@contextmanager
def running_cluster(processes: int, sites: int, people: int) -> Iterator[Cluster]:
    """Run everything for one block, with the app installed on every site."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        programs, program = find_programs(), find_server()
        if programs is None or program is None:
            raise CannotGoOn("PostgreSQL and Valkey are required: python3 dev.py test installs both.")
        database = stack.enter_context(running_server(programs, f"{LOCAL} -c max_connections=200"))
        valkey = stack.enter_context(running_valkey(program, folder))
        stack.enter_context(servers.interruptible())
        make_roles(database.address)
        name = stack.enter_context(fresh_database(database.address, owner=OWNER))
        app_url, owner_url = (address(database.address, name, role) for role in (APP, OWNER))
        migrate(app_url, owner_url)

        port, jira_port = free_port(), free_ports(sites)
        variables = servers.development(port, jira_port) | {
            "VAR_DIR": str(folder), "DATABASE_URL": app_url, "REDIS_URL": valkey.url, "WORKER": "beside",
            "LOG_LEVEL": "WARNING", "LOG_FORMAT": "json", "ASSETS": "bundle",
            "MALLOC_ARENA_MAX": "2",
        }  # fmt: skip
        programs_of_app = production()
        command = installed(programs_of_app, servers.server(port, processes))
        web = stack.enter_context(ended(servers.start(command, variables)))
        [command] = servers.worker(variables)
        worker = stack.enter_context(ended(servers.start(installed(programs_of_app, command), variables)))
        jira = stack.enter_context(ended(emulator(jira_port, sites, people, port)))
        line = jira.stdout.readline() if jira.stdout else ""
        if not line:
            raise CannotGoOn("the app was not installed; the lines above may say why.")
        named = [str(site["baseUrl"]) for site in json.loads(line)["sites"]]
        yield Cluster(
            url=f"http://127.0.0.1:{port}",
            sites=named,
            postgresql=database,
            valkey=valkey,
            web=web,
            worker=worker,
            jira=jira,
        )


def production() -> Path:
    """Return the folder with the programs of an installation, whose environment is made when the lock has changed."""
    folder, want = VAR / "production", environment.stamp_of("app")
    stamp = folder / ".app.sha256"
    if not (stamp.exists() and stamp.read_text() == want):
        shutil.rmtree(folder, ignore_errors=True)
        uv, python = str(BIN / "uv"), str(folder / "bin" / "python")
        lock = str(environment.REQUIREMENTS / "app.txt")
        try:
            subprocess.run([uv, "venv", "-q", "--python", str(PYTHON), str(folder)], check=True)
            install = [uv, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", lock]
            subprocess.run(install, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotGoOn(f"requirements/app.txt could not be installed in {folder}: {error}") from error
        stamp.write_text(want)
    return folder / "bin"


def installed(programs: Path, command: list[str]) -> list[str]:
    """Return the command with the program of this folder."""
    return [str(programs / Path(command[0]).name), *command[1:]]


def emulator(port: int, sites: int, people: int, app_port: int) -> subprocess.Popen[str]:
    """Start the emulated Jira, which installs the app on every site and then prints a line."""
    size = ["--port", str(port), "--sites", str(sites), "--people", str(people), "--months", "1"]
    install = ["--install", f"http://127.0.0.1:{app_port}/atlassian-connect.json", "--print-url"]
    command = [str(PYTHON), "-m", "jira_emulator", *size, "--basic-auth", *install]
    return servers.start(command, dict(os.environ), subprocess.PIPE)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End a process, and those it started, after the block."""
    try:
        yield process
    finally:
        for pid in [*children(process.pid), process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        process.wait()


@contextmanager
def limited(pid: int, cores: float) -> Iterator[None]:
    """Limit a process, and those it starts from now on, to part of a core. Raise CannotGoOn if that is
    impossible on this machine.
    """
    group = SHARES / f"bench-{pid}"
    try:
        group.mkdir()
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(round(cores * PERIOD)))
        for one in (pid, *children(pid)):
            (group / "cgroup.procs").write_text(str(one))
    except OSError as error:
        raise CannotGoOn(f"processor time cannot be limited here: {error}") from error
    try:
        yield
    finally:
        for member in (group / "cgroup.procs").read_text().split():
            with suppress(OSError):
                (SHARES / "cgroup.procs").write_text(member)
        group.rmdir()


def children(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _seconds(pid: int, *, family: bool) -> float:
    """Return the processor seconds of a process; with ``family``, also those of its children, ended ones too."""
    total = 0.0
    for one in (pid, *(children(pid) if family else ())):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11 : 15 if one == pid and family else 13]) / TICKS
    return total


def free_ports(count: int) -> int:
    """Return a port that is free, like the ``count`` - 1 ports after it.

    They are none of those that the system gives to connections, of which one may be taken before all are in use.
    """
    while True:
        first = random.randrange(*PORTS)
        if all(_is_free(first + number) for number in range(count)):
            return first


def _is_free(port: int) -> bool:
    with suppress(CannotGoOn):
        servers.require_free(port, "")
        return True
    return False


def control(site: str, method: str, path: str, **more: Any) -> Any:
    """Call the control API of an emulated site; return its JSON, None for an empty response."""
    answer = requests.request(method, f"{site}/_emulator/{path}", timeout=30, **more)
    answer.raise_for_status()
    return answer.json() if answer.content else None
