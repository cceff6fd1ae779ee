"""Record responses of the emulated Jira and replay them late, so its own work is not measured."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

Recording: TypeAlias = dict[tuple[str, str, bytes], tuple[int, bytes]]
"""Status and body by method, address, and request body."""
Send: TypeAlias = Callable[..., requests.Response]

REST = "/rest/api/"


class Span(NamedTuple):
    """The begin and end of one call, in seconds since the first began, and its request."""

    began: float
    ended: float
    what: str


@dataclass
class Trace:
    """The calls of one block, in the order of their responses."""

    spans: list[Span] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        """Return the longest chain of calls in which each began after the one before had ended."""
        rounds, free = 0, float("-inf")
        for span in sorted(self.spans, key=lambda span: span.ended):
            if span.began >= free:
                rounds, free = rounds + 1, span.ended
        return rounds

    def __str__(self) -> str:
        return "\n".join(f"{began:6.3f} {ended:6.3f}  {what}" for began, ended, what in sorted(self.spans))


@contextmanager
def recorded() -> Iterator[Recording]:
    """Record everything the app receives from Jira's REST API in one block."""
    answers: Recording = {}
    send = HTTPAdapter.send

    def note(adapter: HTTPAdapter, request: requests.PreparedRequest, **given: Any) -> requests.Response:
        response = send(adapter, request, **given)
        if REST not in (request.url or ""):
            return response
        body = response.raw.read(decode_content=True)
        answers[_key(request)] = response.status_code, body
        return _response(request, response.status_code, body)

    with instead_of_sending(note):
        yield answers


@contextmanager
def replayed(answers: Recording, seconds: float) -> Iterator[Trace]:
    """Replay these responses, each after this many seconds; anything else is sent as usual."""
    send, trace, start = HTTPAdapter.send, Trace(), time.perf_counter()

    def repeat(adapter: HTTPAdapter, request: requests.PreparedRequest, **given: Any) -> requests.Response:
        if REST not in (request.url or ""):
            return send(adapter, request, **given)
        began = time.perf_counter() - start
        time.sleep(seconds)
        what = f"{request.method} {urlsplit(request.url or '').path.partition(REST)[2]}"
        trace.spans.append(Span(began, time.perf_counter() - start, what))
        return _response(request, *answers[_key(request)])

    with instead_of_sending(repeat):
        yield trace


@contextmanager
def echoed() -> Iterator[None]:
    """Answer requests about a worklog from memory after the first one: a change with the new time, a read as before.

    The work of the emulated Jira, in a thread of the same process, would slow down what the app does between its calls.
    """
    send, worklogs = HTTPAdapter.send, dict[str, dict[str, Any]]()

    def echo(adapter: HTTPAdapter, request: requests.PreparedRequest, **given: Any) -> requests.Response:
        path = urlsplit(request.url or "").path
        if path not in worklogs:
            response = send(adapter, request, **given)
            if REST not in path:
                return response
            worklogs[path] = response.json()
        elif isinstance(request.body, bytes):
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            worklogs[path] |= json.loads(request.body) | {"updated": now}
        return _response(request, HTTPStatus.OK, json.dumps(worklogs[path]).encode())

    with instead_of_sending(echo):
        yield


@contextmanager
def instead_of_sending(other: Send) -> Iterator[None]:
    """Let another function answer everything that requests would send in one block."""
    send = HTTPAdapter.send
    HTTPAdapter.send = other  # type: ignore[method-assign]
    try:
        yield
    finally:
        HTTPAdapter.send = send  # type: ignore[method-assign]


def _key(request: requests.PreparedRequest) -> tuple[str, str, bytes]:
    body = request.body if isinstance(request.body, bytes) else b""
    return request.method or "", request.url or "", body


def _response(request: requests.PreparedRequest, status: int, body: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code, response.request, response.url = status, request, request.url or ""
    response.raw = HTTPResponse(BytesIO(body), status=status, preload_content=False)
    return response
