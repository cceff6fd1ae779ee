"""A log of the calls that the emulated Jira received and made, for tests and benchmarks."""

from __future__ import annotations

import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

CALL = "jira_emulator.call"
MOST_CALLS = 20_000
_LOGGED = ("/rest/", "/_atlassian/oauth2/", "/_atlassian/install-keys/")


@dataclass(slots=True)
class Call:
    """One call: ``points`` is its cost in Jira's hourly quota, ``ms`` its duration, ``trouble`` the fault
    applied to it.
    """

    kind: str
    method: str
    path: str
    query: str = ""
    template: str = ""
    status: int = 0
    account_id: str | None = None
    app_key: str | None = None
    points: int = 0
    ms: float = 0.0
    trouble: str = ""
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)


class CallLog:
    """The newest calls of one site, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls: deque[Call] = deque(maxlen=MOST_CALLS)

    def add(self, call: Call) -> None:
        """Add a finished call."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Delete all calls."""
        with self._lock:
            self._calls.clear()

    def list(self, kind: str = "") -> list[Call]:
        """Return all calls, or those of a kind: ``rest``, ``oauth``, ``key``, ``connect``, or ``webhook``."""
        with self._lock:
            return [call for call in self._calls if kind in ("", call.kind)]

    def report(self, kind: str = "") -> dict[str, Any]:
        """Return the calls as JSON, with totals."""
        calls = self.list(kind)
        return {
            "totals": {"calls": len(calls), "points": sum(call.points for call in calls)},
            "calls": [asdict(call) for call in calls],
        }


def kind_of(path: str) -> str:
    """Return the kind of an incoming call by its path."""
    if path.startswith("/rest/atlassian-connect/"):
        return "connect"
    if path.startswith("/rest/"):
        return "rest"
    return "oauth" if path.startswith("/_atlassian/oauth2/") else "key"


class LoggedCalls:
    """A WSGI layer that writes the call log, including calls whose connection was dropped."""

    def __init__(self, inner: WSGIApplication, log: CallLog) -> None:
        self._inner = inner
        self._log = log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the call on and log the outcome."""
        path = environ["PATH_INFO"]
        if not path.startswith(_LOGGED):
            return self._inner(environ, start_response)
        call = Call(kind_of(path), environ["REQUEST_METHOD"], path, environ.get("QUERY_STRING", ""))
        environ[CALL] = call
        started = time.perf_counter()
        try:
            return self._inner(environ, _noting(start_response, call))
        finally:
            call.ms = round((time.perf_counter() - started) * 1000, 2)
            self._log.add(call)


def _noting(start_response: StartResponse, call: Call) -> Callable[..., Any]:
    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        call.status = int(status.split(" ", 1)[0])
        headers = [*headers, ("Atl-Traceid", call.request_id)]
        return start_response(status, headers, exc_info)

    return start
