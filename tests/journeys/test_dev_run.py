"""The command ``dev.py run``, as a person on a new machine would run it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

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


# What a shell script starts in the background ignores SIGINT from the beginning.
STARTS = {"foreground": (), "background": ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")}


@pytest.fixture(params=list(STARTS.values()), ids=list(STARTS))
def started(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start ``dev.py run``, and yield it with the address it prints."""
    app, jira = free_ports(2)
    options = ["--port", str(app), "--jira-port", str(jira), "--months", "1"]
    command = [*request.param, sys.executable, "dev.py", "run", *options]
    pipe, merged = subprocess.PIPE, subprocess.STDOUT
    variables = {**os.environ, "VAR_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
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


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_run_prints_one_address_that_opens_my_timesheet(
    started: tuple[subprocess.Popen[str], str], tmp_path: Path, name: str
) -> None:
    running, address = started
    with requests.Session() as browser:
        answer = browser.get(address, timeout=10)
        assert answer.status_code == 200
        assert "data-frame=" in answer.text
        assert "/timesheet?" in answer.text
        began = time.monotonic()
        running.send_signal(getattr(signal, name))
        assert running.wait(60) == 0
        took = time.monotonic() - began
    assert took < (3 if os.getloadavg()[0] < 3 else 20)
    assert left_behind(str(tmp_path)) == []
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=5)
