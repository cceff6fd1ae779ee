"""The responses of faults instead of Jira's: refusals with their headers, as JSON, as a page, or as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson

from jira_emulator.forge.platform import FORGE
from jira_emulator.rest.errors import GATEWAY_REFUSAL, UNAUTHENTICATED, UNREAD_TOKEN

JSON, PAGE = "application/json", "text/html;charset=UTF-8"
_NAMES = {
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def send_token_refused(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Send the refusal of credentials that are no longer valid: the gateway's, or the site's of such a token."""
    if FORGE in environ:
        return _send("401 Unauthorized", orjson.dumps(GATEWAY_REFUSAL), JSON, [], start_response)
    if environ.get("HTTP_AUTHORIZATION", "").lower().startswith("bearer "):
        return _send("403 Forbidden", orjson.dumps(UNREAD_TOKEN), JSON, [], start_response)
    challenge = [("WWW-Authenticate", 'OAuth realm="Atlassian"')]
    return _send("401 Unauthorized", UNAUTHENTICATED.encode(), PAGE, challenge, start_response)


def send_answer(
    status: str, body: Any, headers: list[tuple[str, str]], start_response: StartResponse
) -> Iterable[bytes]:
    """Send text as a page, anything else as JSON."""
    page = isinstance(body, str)
    data = body.encode() if page else orjson.dumps(body)
    return _send(status, data, PAGE if page else JSON, headers, start_response)


def send_status(
    status: int,
    now: datetime,
    start_response: StartResponse,
    *,
    reason: str,
    retry_after: int | None,
    page: bool,
) -> Iterable[bytes]:
    """Send a refusal; a 429 has the headers of Jira's rate limits, ``Retry-After`` only if one is given."""
    name = _NAMES.get(status, "Trouble")
    headers = _limit_headers(status, now, reason, retry_after)
    if page:
        body = f"<html><head><title>{status} {name}</title></head><body><h1>{name}</h1></body></html>"
        return _send(f"{status} {name}", body.encode(), PAGE, headers, start_response)
    shown: dict[str, Any] = {"errorMessages": [name], "errors": {}}
    if status == 429:
        shown["status"] = status
    return _send(f"{status} {name}", orjson.dumps(shown), JSON, headers, start_response)


def _send(
    status: str, data: bytes, kind: str, headers: list[tuple[str, str]], start_response: StartResponse
) -> Iterable[bytes]:
    start_response(status, [*headers, ("Content-Type", kind), ("Content-Length", str(len(data)))])
    return [data]


def _limit_headers(status: int, now: datetime, reason: str, retry_after: int | None) -> list[tuple[str, str]]:
    headers = []
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    if status == 429:
        reset = now + timedelta(seconds=retry_after or 1)
        headers.append(("X-RateLimit-Reset", reset.strftime("%Y-%m-%dT%H:%M:%SZ")))
        headers.append(("X-RateLimit-Remaining", "0"))
        if reason:
            headers.append(("RateLimit-Reason", reason))
    return headers
