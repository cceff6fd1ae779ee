"""A small threaded WSGI server on loopback: HTTP/1.1 with persistent connections.

A ConnectionError in the application ends the connection without another byte.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = "127.0.0.1"
MAX_BODY = 20_000_000


class Server(ThreadingHTTPServer):
    """Serves one WSGI application on a port of the loopback address; port 0 uses a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.app: WSGIApplication = _nothing_yet

    @property
    def base_url(self) -> str:
        """Return its address, without a trailing slash."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def start(self, app: WSGIApplication) -> None:
        """Serve from a background thread."""
        self.app = app
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Accept no more connections and free the port."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore connections that ended, report everything else."""
        if not isinstance(
            sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1], ConnectionError
        ):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection with any number of requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def __getattr__(self, name: str) -> Any:
        """Handle every HTTP method in the same way."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Log nothing; the call log contains more."""

    def version_string(self) -> str:
        """Return what the header Server says: what Atlassian sends, and no software of the emulator."""
        return "AtlassianEdge"

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "chunked" in self.headers.get("Transfer-Encoding", "") or not length.isdigit():
            self.send_error(411)
            return
        if int(length) > MAX_BODY:
            self.send_error(413)
            return
        environ = self._environ(self.rfile.read(int(length)))
        try:
            self._answer(environ)
        except ConnectionError:
            self.close_connection = True

    def _answer(self, environ: WSGIEnvironment) -> None:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
            head[:] = [status, headers]
            return None

        chunks = self.server.app(environ, start_response)
        sized = any(name.lower() == "content-length" for name, _ in head[1]) if head else False
        if sized:
            self._send_head(head)
            for chunk in chunks:
                self.wfile.write(chunk)
                self.wfile.flush()
        else:
            body = b"".join(chunks)
            self._send_head([head[0], [*head[1], ("Content-Length", str(len(body)))]])
            self.wfile.write(body)
        self.wfile.flush()
        if hasattr(chunks, "close"):
            chunks.close()

    def _send_head(self, head: list[Any]) -> None:
        code, _, phrase = head[0].partition(" ")
        self.send_response(int(code), phrase)
        bodiless = int(code) in (204, 304)
        for name, value in head[1]:
            if not (bodiless and name.lower() == "content-length"):
                self.send_header(name, value)
        self.end_headers()

    def _environ(self, body: bytes) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "RAW_URI": self.path,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            if key not in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ


def _nothing_yet(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []
