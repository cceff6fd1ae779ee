"""The first of the two commands, as a person on a new machine would give it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tools.project import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is a POSIX signal here")


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """``dev.py run`` and the address it prints."""
    app, jira = free_ports(2)
    command = [sys.executable, "dev.py", "run", "--port", str(app), "--jira-port", str(jira), "--months", "1"]
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


def test_run_prints_one_address_that_opens_my_timesheet(started: tuple[subprocess.Popen[str], str]) -> None:
    running, address = started
    answer = requests.get(address, timeout=10)
    assert answer.status_code == 200
    assert "data-frame=" in answer.text
    assert "/timesheet?" in answer.text
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=5)
