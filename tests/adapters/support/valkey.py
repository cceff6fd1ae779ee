"""A Valkey server for the length of a test, which the test may stop, freeze, fill, and start again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import redis

POLL = 0.01
TIED = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
"""Ends the server when the tests are killed."""


@dataclass
class Valkey:
    """A server on loopback that stores nothing on disk."""

    program: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address for REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        """Return a plain client, to look inside."""
        return redis.Redis.from_url(self.url, socket_timeout=10)

    def start(self, *options: str) -> None:
        """Start the server, empty, and wait until it answers."""
        self.process = subprocess.Popen(
            [*TIED, self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", *options],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        pause = Event()
        while not self._answers():
            assert self.process.poll() is None, "Valkey did not start"
            pause.wait(POLL)

    def stop(self) -> None:
        """End the server at once."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Let the server keep its connections and answer nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        try:
            # The client complains of a connection that was refused, when it is collected.
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


@contextmanager
def running_valkey(program: str, folder: Path) -> Iterator[Valkey]:
    """Yield a server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Valkey(program, folder, port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
