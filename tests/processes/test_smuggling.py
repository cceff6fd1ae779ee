"""The border between requests: what two servers could interpret differently is refused."""

from __future__ import annotations

import re
import socket

from tests.processes.support.app_processes import AppProcesses

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"0\r\n\r\n"


AMBIGUOUS = [
    (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
    (b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n" % len(CHUNKED + HIDDEN), CHUNKED),
    (b"Content-Length: 0\r\nContent-Length: %d\r\n" % len(HIDDEN), b""),
    (b"Content-Length: +0\r\n", b""),
    (b"Content-Length: 0, 0\r\n", b""),
    (b"Content-Length: -1\r\n", b""),
    (b"Transfer-Encoding: xchunked\r\n", CHUNKED),
    (b"Transfer-Encoding: chunked, identity\r\n", CHUNKED),
    (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CHUNKED),
    (b"Transfer-Encoding : chunked\r\n", CHUNKED),
    (b"X: y\r\n Transfer-Encoding: chunked\r\n", CHUNKED),
    (b"Transfer-Encoding: chunked\r\n", b"0x0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\n", b"+0\r\n\r\n"),
]


def answers(processes: AppProcesses, headers: bytes, body: bytes) -> list[int]:
    """Return the statuses of all answers to what one connection sends."""
    with socket.create_connection(("127.0.0.1", processes.port), timeout=30) as client:
        client.sendall(b"POST /connect/webhook/worklog HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n" + body)
        client.shutdown(socket.SHUT_WR)
        text = b"".join(iter(lambda: client.recv(65536), b""))
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", text)]


def test_no_second_request_hides_in_the_first(processes: AppProcesses) -> None:
    plain = answers(processes, b"Content-Length: 0\r\n", HIDDEN)
    assert plain == [401, 200], "a second request that says where it begins is answered"
    hidden = {headers + body: answers(processes, headers, body + HIDDEN) for headers, body in AMBIGUOUS}
    assert {case: found for case, found in hidden.items() if 200 in found or not found} == {}
