"""The benchmark of slow clients itself: it counts responses that arrive, and those that do not."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from bench import slow_clients


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


def test_answers_that_come_are_counted() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        times = slow_clients.attack(("127.0.0.1", server.server_port), 3, 2, 0.3)
        server.shutdown()
    assert times
    assert all(one is not None for one in times)


def test_answers_that_do_not_come_are_missed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = silent.getsockname()[:2]
        silent.close()
        assert slow_clients.answer_time(place) is None
