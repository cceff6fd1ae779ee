"""Unauthenticated clients that send large bodies to the served app: the health check stays fast."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median
from threading import Event, Thread

import pytest
import requests

from tests.processes.support.app_processes import AppProcesses

SENDERS, CHECKS = 3, 30
WITHIN_MS = 50.0
FORM = b"&".join(b"field%d=1" % number for number in range(80_000))[: 1024 * 1024]
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n{token}"
    "Content-Length: {size}\r\nConnection: close\r\n\r\n"
)
FORGED = "Authorization: JWT eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA\r\n"


@contextmanager
def senders(processes: AppProcesses, path: str, kind: str, token: str) -> Iterator[list[int]]:
    """Let some clients send a megabyte repeatedly during one block; yield the statuses they got."""
    over, statuses = Event(), list[int]()
    head = HEAD.format(path=path, kind=kind, token=token, size=len(FORM)).encode()

    def send() -> None:
        while not over.is_set():
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", processes.port), timeout=30) as client,
            ):
                with suppress(OSError):
                    client.sendall(head + FORM)
                statuses.append(int(client.recv(100).split(b" ")[1]))

    threads = [Thread(target=send, daemon=True) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join(20)


def milliseconds(processes: AppProcesses) -> float:
    began = time.monotonic()
    requests.get(f"{processes.base_url}/healthz", timeout=30).raise_for_status()
    return (time.monotonic() - began) * 1000


@pytest.mark.parametrize(
    ("path", "kind", "token"),
    [
        ("/teams", "application/x-www-form-urlencoded", ""),
        ("/teams", "application/x-www-form-urlencoded", FORGED),
        ("/connect/webhook/worklog", "application/json", FORGED),
    ],
    ids=["no token", "a forged token", "a forged event"],
)
def test_the_health_path_does_not_wait_for_forms_of_unknown_clients(
    processes: AppProcesses, path: str, kind: str, token: str
) -> None:
    with senders(processes, path, kind, token) as statuses:
        while not statuses:
            milliseconds(processes)
        times = [milliseconds(processes) for _ in range(CHECKS)]
    assert median(times) < WITHIN_MS
    assert {401, 429}.issuperset(statuses)
