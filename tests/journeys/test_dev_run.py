"""The command ``dev.py run``, as a person on a new machine would run it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from tools.project import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is a POSIX signal here")


def free_ports(count: int) -> list[int]:
    """Return different ports on which nobody listens."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


FOREGROUND: tuple[str, ...] = ()
# What a shell script starts in the background ignores SIGINT from the beginning.
BACKGROUND = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
RUNS = {
    "foreground": (FOREGROUND, "connect", signal.SIGINT),
    "foreground-ended": (FOREGROUND, "connect", signal.SIGTERM),
    "background": (BACKGROUND, "connect", signal.SIGINT),
    "background-ended": (BACKGROUND, "connect", signal.SIGTERM),
    "forge": (FOREGROUND, "forge", signal.SIGINT),
}


@pytest.fixture(params=list(RUNS.values()), ids=list(RUNS))
def run(request: pytest.FixtureRequest) -> tuple[tuple[str, ...], str, int]:
    """Return how it is started, which kind of app Jira installs, and the signal that ends it."""
    chosen: tuple[tuple[str, ...], str, int] = request.param
    return chosen


@pytest.fixture
def started(
    tmp_path: Path, run: tuple[tuple[str, ...], str, int]
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start ``dev.py run``, and yield it with the address it prints."""
    with running_in(tmp_path, *run[:2]) as running:
        yield running


@contextmanager
def running_in(
    folder: Path, start: tuple[str, ...], door: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start ``dev.py run`` with its data in a folder, and yield it with the address it prints."""
    app, jira = free_ports(2)
    options = ["--port", str(app), "--jira-port", str(jira), "--months", "1", "--door", door]
    command = [*start, sys.executable, "dev.py", "run", *options]
    pipe, merged = subprocess.PIPE, subprocess.STDOUT
    variables = {**os.environ, "VAR_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=pipe, stderr=merged, text=True) as running:
        assert running.stdout is not None
        try:
            said = []
            for line in running.stdout:
                said.append(line)
                if found := re.search(r"Open (http://\S+)", line):
                    yield running, found.group(1)
                    break
            else:
                pytest.fail("".join(said))
        finally:
            if running.poll() is None:
                running.terminate()


def left_behind(mark: str) -> list[str]:
    """Return the processes whose environment contains ``mark``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def page_in(browser: requests.Session, address: str, host: str) -> str:
    """Return what the app's page in Jira's page ``host`` is: its address, or the content that a Forge app asks for."""
    framed = re.search(r"data-forge=\"([^\"]*)", host)
    if framed is None:
        return host
    known = json.loads(unescape(framed.group(1)))
    call = {"method": "POST", "path": "/forge/call", "body": {"method": "GET", "path": "/timesheet?"}}
    invocation = {"extensionId": known["extensionId"], "payload": {"call": call, "context": known["context"]}}
    gateway = urljoin(address, "/gateway/api/graphql")
    answer = browser.post(gateway, json={"variables": {"input": invocation}}, timeout=30).json()
    envelope = answer["data"]["invokeExtension"]["response"]["body"]["payload"]["body"]
    assert envelope["status"] == 200, envelope
    return str(envelope["text"])


def test_run_prints_one_address_that_opens_my_timesheet(
    started: tuple[subprocess.Popen[str], str], tmp_path: Path, run: tuple[tuple[str, ...], str, int]
) -> None:
    running, address = started
    with requests.Session() as browser:
        answer = browser.get(address, timeout=30)
        assert answer.status_code == 200
        assert ("data-forge=" if run[1] == "forge" else "data-frame=") in answer.text
        assert "/timesheet" in page_in(browser, address, answer.text)
        began = time.monotonic()
        running.send_signal(run[2])
        assert running.wait(60) == 0
        took = time.monotonic() - began
    assert took < (3 if os.getloadavg()[0] < 3 else 20)
    assert left_behind(str(tmp_path)) == []
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=30)


@pytest.mark.parametrize("kind", ["connect", "forge"])
def test_a_second_run_lets_jobs_wait_until_the_new_emulated_jira_has_the_app(
    tmp_path: Path, kind: str
) -> None:
    """The first one may have been days ago, so that every job is due as soon as the app starts."""
    with running_in(tmp_path, FOREGROUND, kind):
        pass
    [database] = tmp_path.rglob("timesheet.db")
    with closing(sqlite3.connect(database)) as connection, connection:
        # As the app gives jobs to a site within twenty seconds.
        connection.execute("DELETE FROM job")
        connection.execute(
            "INSERT INTO job (client_key, name, subject, asked, beat, attempts, outcome, problem, due_at) "
            "SELECT client_key, 'changes', '', 0, 0, 0, '', '', '2026-01-01 00:00:00.000000' FROM site"
        )
    with running_in(tmp_path, FOREGROUND, kind), closing(sqlite3.connect(database)) as connection:
        ended = connection.execute("SELECT outcome FROM job WHERE name = 'changes'").fetchall()
    assert ended == [("",)]
