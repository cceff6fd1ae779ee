"""The floor of the load: the same bytes from memory, behind the same server, for as many people."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import requests

from bench.cluster import ended
from bench.hanging_jira import free_port
from bench.visitor import Connection, Sample, Visitor
from tools import servers


@dataclass
class Idler:
    """Somebody who asks the floor for the same bytes in the same mix."""

    url: str
    crew: Sequence[Visitor]
    dice: random.Random
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kinds = [sample.kind for one in self.crew for sample in one.samples]
        self.server = Connection(self.url, {"Accept-Encoding": "gzip"})

    def live(self, over: Event, pause: float) -> None:
        """Ask until it is over."""
        while not over.wait(self.dice.expovariate(1 / pause)):
            kind, began = self.dice.choice(self.kinds), time.perf_counter()
            status, body = self.server.ask("GET", f"/{kind.replace(' ', '-')}")
            self.samples.append(Sample(kind, began, (time.perf_counter() - began) * 1000, status, len(body)))

    def leave(self) -> None:
        """Close the connection."""
        self.server.close()


@contextmanager
def running_floor(processes: int, crew: Sequence[Visitor]) -> Iterator[str]:
    """Serve the last answers of these people from memory, behind the same server; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        for kind, body in {kind: body for one in crew for kind, body in one.bodies.items()}.items():
            (Path(folder) / kind.replace(" ", "-")).write_bytes(body)
        port = free_port()
        # Without gunicorn.conf.py, which starts the jobs of the app.
        command = [
            *servers.server(port, processes)[:-1],
            "-c",
            "python:bench.floor_server",
            "bench.floor_server:app",
        ]
        variables = servers.development(port, 1) | {"BENCH_FLOOR": folder, "REDIS_URL": "redis://unused"}
        with ended(servers.start(command, variables)):
            wait_for(f"http://127.0.0.1:{port}/save")
            yield f"http://127.0.0.1:{port}"


def wait_for(url: str) -> None:
    """Wait until a server answers. Raise TimeoutError otherwise."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(requests.RequestException):
            requests.get(url, timeout=5).raise_for_status()
            return
        time.sleep(0.05)
    raise TimeoutError(f"{url} does not answer")
