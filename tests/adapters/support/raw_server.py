"""A server that writes bytes as a test gives them, on connections that stay open, with TLS or without."""

from __future__ import annotations

import socket
import ssl
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread


def response(body: bytes) -> bytes:
    """Return a whole response with this body."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


@dataclass
class RawServer:
    """``address`` is its own; ``paths`` has those of each connection, in the order of the connections."""

    address: str
    paths: list[list[str]] = field(default_factory=list)


@contextmanager
def raw_server(
    answer: Callable[[str], bytes | Iterable[bytes]], certificate: bytes | None = None
) -> Iterator[RawServer]:
    """Yield a server that sends what ``answer`` returns for a path, in one piece or several. It reads no bodies."""
    context = _context(certificate) if certificate else None
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scheme = "https" if context else "http"
        server = RawServer(f"{scheme}://127.0.0.1:{listening.getsockname()[1]}")

        def serve(connection: socket.socket, paths: list[str]) -> None:
            with suppress(OSError), connection:
                talking = context.wrap_socket(connection, server_side=True) if context else connection
                with talking, talking.makefile("rb") as lines:
                    for line in lines:
                        paths.append(line.split()[1].decode())
                        while lines.readline().strip():
                            pass
                        found = answer(paths[-1])
                        for piece in (found,) if isinstance(found, bytes) else found:
                            talking.sendall(piece)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    server.paths.append([])
                    Thread(target=serve, args=(connection, server.paths[-1]), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


def _context(certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        Path(file.name).write_bytes(certificate)
        context.load_cert_chain(file.name)
    return context
