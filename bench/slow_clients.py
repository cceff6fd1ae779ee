"""Attack an address with slow clients and count timely responses: ``python -m bench.slow_clients --help``.

Opens connections that send a header, or a body, one byte at a time, and requests the health check meanwhile.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

HEAD = "GET /teams HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
BODY = (
    "POST /teams HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 100000\r\n\r\n"
)
PATIENCE = 2.0


def main() -> int:
    """Print the result as JSON; return 1 if any response was late or missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="http://127.0.0.1:5000")
    parser.add_argument("--headers", type=int, default=300, help="connections whose headers drip")
    parser.add_argument("--bodies", type=int, default=300, help="connections whose bodies drip")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    parts = urlsplit(options.url)
    place = (parts.hostname or "127.0.0.1", parts.port or 80)
    times = attack(place, options.headers, options.bodies, options.seconds)
    missed = sum(1 for one in times if one is None)
    answered = sorted(one for one in times if one is not None)
    slowest = round(answered[-1], 1) if answered else None
    print(json.dumps({"requests": len(times), "missed": missed, "slowest_ms": slowest}))
    return int(missed > 0)


def attack(place: tuple[str, int], headers: int, bodies: int, seconds: float) -> list[float | None]:
    """Return the milliseconds of each response of the health check while all slow clients are connected; None
    if missing.
    """
    times: list[float | None] = []
    with ExitStack() as stack:
        slow = [stack.enter_context(opened(place, HEAD)) for _ in range(headers)]
        slow += [stack.enter_context(opened(place, BODY)) for _ in range(bodies)]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for connection in slow:
                with suppress(OSError):
                    connection.send(b"x")
            times.append(answer_time(place))
            time.sleep(0.25)
    return times


def opened(place: tuple[str, int], start: str) -> socket.socket:
    """Return a connection that has sent its first bytes."""
    connection = socket.create_connection(place, timeout=5)
    connection.sendall(start.format(host=place[0]).encode())
    connection.setblocking(False)
    return connection


def answer_time(place: tuple[str, int]) -> float | None:
    """Return the milliseconds until the health check answered 200; None if it did not within two seconds."""
    start = time.monotonic()
    with suppress(OSError), socket.create_connection(place, timeout=PATIENCE) as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: {place[0]}\r\nConnection: close\r\n\r\n".encode())
        if connection.recv(100).split(b" ")[1:2] == [b"200"]:
            return (time.monotonic() - start) * 1000
    return None


if __name__ == "__main__":
    sys.exit(main())
