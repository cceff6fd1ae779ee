"""A Jira that returns exactly what a test scripts, over a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Reply:
    """One response. ``raw`` is sent as it is; ``cut`` closes the connection instead of answering."""

    status: int = 200
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False
    claimed: int | None = None


@dataclass
class ScriptedJira:
    """A server whose ``route`` answers each request; every request is recorded."""

    base_url: str
    route: Callable[[Request], Reply]
    requests: list[Request] = field(default_factory=list)
    tokens: int = 0

    def authorization(self) -> str:
        return f"Bearer token-{self.tokens}"

    def refused(self) -> None:
        self.tokens += 1

    def lines(self) -> list[str]:
        return [f"{a.method} {a.path.removeprefix('/rest/api/3/')}" for a in self.requests]


@contextmanager
def scripted_jira(*script: Reply, route: Callable[[Request], Reply] | None = None) -> Iterator[ScriptedJira]:
    """Run a server for one block; without ``route``, the replies of ``script`` are sent in order."""
    replies = iter(script)
    jira = ScriptedJira("", route or (lambda _: next(replies)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(jira))
    server.daemon_threads = True
    jira.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield jira
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(jira: ScriptedJira) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def answer(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = _read(self.rfile.read(size))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            request = Request(self.command, parts.path, query, dict(self.headers), body)
            jira.requests.append(request)
            self.send(jira.route(request))

        def send(self, reply: Reply) -> None:
            if reply.cut:
                self.close_connection = True
                return
            content = reply.raw if reply.raw is not None else _content(reply.json)
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) if reply.claimed is None else reply.claimed))
            self.end_headers()
            self.wfile.write(content)
            if reply.claimed is not None:
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    return Handler


def _read(body: bytes) -> Any:
    """Return JSON, or the text of a form."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode()


def _content(data: Any) -> bytes:
    return b"" if data is None else json.dumps(data).encode()
