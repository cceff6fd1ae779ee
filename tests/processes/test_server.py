"""The behavior of gunicorn itself, before the app is called and after it has answered."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path

import pytest
import requests

from tests.processes.support.app_processes import AppProcesses, free_port
from tools import servers
from tools.project import BIN, ROOT

LONGEST = 16 * 1024
ADDRESS = (
    "must be postgresql://user:password@host:port/database, with % and its code for each character of the "
    "password that is not a letter or digit"
)


def exchange(processes: AppProcesses, line: str, *headers: str) -> tuple[int, str]:
    """Send a request as it is, and return the status and head of the answer."""
    with socket.create_connection(("127.0.0.1", processes.port), timeout=20) as client:
        request = "\r\n".join([line, "Host: x", "Connection: close", *headers, "", ""])
        client.sendall(request.encode("latin-1"))
        client.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: client.recv(65536), b"")).decode("latin-1")
    head = answer.partition("\r\n\r\n")[0]
    return int(head.split(" ")[1]), head


def line_of(length: int) -> str:
    """Return a request line of this many characters."""
    before, after = "GET /healthz?jwt=", " HTTP/1.1"
    return before + "x" * (length - len(before) - len(after)) + after


@pytest.fixture
def access_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let gunicorn log each request, as an operator may."""
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--access-logfile -")


@pytest.mark.usefixtures("access_log")
def test_long_addresses_are_accepted_and_no_answer_names_the_server(processes: AppProcesses) -> None:
    # Connect's tokens travel in addresses, and these are as long as docs/hosting.md says.
    for length in (100, 4095, 8191, LONGEST):
        assert exchange(processes, line_of(length))[0] == 200, length
    for length in (LONGEST + 1, 2 * LONGEST):
        assert 400 <= exchange(processes, line_of(length))[0] < 500, length

    # No response names the server software.
    for line in (
        line_of(100),
        "GET /nothing HTTP/1.1",
        "GET /static/icon.svg HTTP/1.1",
        "NONSENSE",
        line_of(20_000),
    ):
        _, head = exchange(processes, line)
        assert "\r\nserver:" not in head.lower(), line
        assert "gunicorn" not in head.lower(), line

    # No header of a client says where the app is mounted.
    for name in ("SCRIPT_NAME", "SCRIPT-NAME", "PATH_INFO", "Path-Info"):
        for value in ("/elsewhere", "/healthz", "/health", "", "//"):
            assert exchange(processes, "GET /healthz HTTP/1.1", f"{name}: {value}")[0] == 200, (name, value)

    # What cannot be read is logged without what it contains, because that may be a token.
    token = "eyJhbGciOiJIUzI1NiJ9"
    for line, headers in (
        (f"GET /timesheet?jwt={token}&name=\xff\x80 HTTP/1.1", []),
        (f"GET /timesheet?jwt={token} HTTP/9", []),
        (f"{token}/? /timesheet HTTP/1.1", []),
        ("GET /timesheet HTTP/1.1", [f"Authorization: JWT {token}\x00"]),
        ("GET /timesheet HTTP/1.1", [f"JWT {token}"]),
    ):
        assert 400 <= exchange(processes, line, *headers)[0] < 600, line
    before = f"Referer: https://example.com/?jwt={token}"
    assert exchange(processes, f"GET /healthz?jwt={token} HTTP/1.1", before)[0] == 200
    logged = (processes.folder / "app.log").read_text()
    assert "Invalid request from ip=127.0.0.1: Invalid HTTP request line\n" in logged
    assert '"GET /healthz HTTP/1.1" 200' in logged
    assert token.lower() not in logged.lower()

    # Files made in memory arrive whole and compressed.
    head = requests.get(f"{processes.base_url}/nothing", timeout=20).text.partition("</head>")[0]
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', head)
    assert [address.rpartition(".")[2] for address in addresses] == ["css", "js"]
    for address in addresses:
        answer = requests.get(f"{processes.base_url}{address}", timeout=20)
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip"), address
        assert len(answer.content) > 100_000, address


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES: must be a whole number from 0 to 10"),
        (
            {"DATABASE_URL": "postgresql://app:secret@127.0.0.1:standard/timesheet"},
            f"DATABASE_URL: {ADDRESS}",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line_and_ends_the_start(
    tmp_path: Path, given: dict[str, str], said: str
) -> None:
    port = free_port()
    environment = servers.development(port, 1) | {"VAR_DIR": str(tmp_path)} | given
    flask = [str(BIN / "flask"), "--app", "app", "jobs", "status"]
    for command in (flask, servers.server(port, 1)):
        refused = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert refused.returncode != 0
        own = [line for line in refused.stderr.splitlines() if " [ERROR] " not in line and line]
        assert own == [said], command
