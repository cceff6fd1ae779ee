"""Emulate Atlassian's proxy for ``invokeRemote``: its limits, its rules for answers, and its errors."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import orjson
import requests

from jira_emulator.calls import Call, CallLog
from jira_emulator.forge.installation import ForgeInstallation, OpenPage
from jira_emulator.forge.lifecycle import ForgeSite
from jira_emulator.forge.platform import ForgePlatform
from jira_emulator.trouble.trouble import PROXY, Rule

ANSWER_SECONDS = 25
LARGEST_REQUEST, LARGEST_ANSWER = 500_000, 5_000_000
MOST_OF_PERSON, MOST_OF_INSTALLATION, MOST_OF_APP = 1200, 5000, 30_000
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
JSON = "application/json"
OWN_HEADERS = frozenset(
    {"authorization", "content-length", "content-type", "cookie", "host", "transfer-encoding"}
)
"""The headers that a page cannot set, besides the names that begin with x-forge- or x-b3-."""

Result = dict[str, Any]


class Refused(Exception):
    """The proxy does not pass on a call or its answer; the page gets the message as an error."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def invoke_remote(
    forge: ForgeSite, installation: ForgeInstallation, page: OpenPage, call: Mapping[str, Any]
) -> Result:
    """Send one call of a page to the remote, and return the result as the bridge passes it on."""
    rule = forge.trouble.strike("POST", _inner_path(call), PROXY)
    try:
        _fail_before(rule)
        return {"success": True, "payload": _fail_after(rule, _send(forge, installation, page, call))}
    except Refused as error:
        found: dict[str, Any] = {"message": str(error)}
        return {"success": False, "error": found | ({"status": error.status} if error.status else {})}


def _inner_path(call: Mapping[str, Any]) -> str:
    """Return the path that the page asks for: of the request inside the call, if it has one."""
    body = call.get("body")
    inner = body.get("path") if isinstance(body, Mapping) else None
    return str(inner or call.get("path", "")).partition("?")[0]


def _fail_before(rule: Rule | None) -> None:
    """Apply a fault before the remote gets the call."""
    if rule is None:
        return
    if rule.seconds:
        time.sleep(rule.seconds)
    if rule.effect == "proxy-busy":
        raise Refused("Too many requests", 429)
    if rule.effect == "proxy-status":
        raise Refused("An unexpected error happened", rule.status)


def _fail_after(rule: Rule | None, payload: Result) -> Result:
    """Apply a fault after the remote has answered."""
    if rule is not None and rule.effect == "proxy-late":
        raise Refused(f"Request timed out after {ANSWER_SECONDS} seconds", 504)
    return {} if rule is not None and rule.effect == "proxy-malformed" else payload


def _send(
    forge: ForgeSite, installation: ForgeInstallation, page: OpenPage, call: Mapping[str, Any]
) -> Result:
    method, path, body = str(call.get("method", "GET")).upper(), call.get("path"), call.get("body")
    _check_call(method, path, body)
    data = b"" if body is None else orjson.dumps(body)
    if len(data) > LARGEST_REQUEST:
        raise Refused("Request body exceeds the limit of 500 KB", 413)
    _count(forge.platform, installation, page.account_id)
    headers = {
        **_passed_headers(call.get("headers")),
        "Authorization": f"Bearer {forge.platform.invocation_token(installation, forge.site, page)}",
        **forge.platform.tokens_for_jira(installation, forge.site, page.account_id),
    }
    if data:
        headers["Content-Type"] = JSON
    status, kind, content = _exchange(forge.log, installation, method, str(path), data, headers)
    if len(content) > LARGEST_ANSWER:
        raise Refused("Response body exceeds the limit of 5 MB", 413)
    return _payload(status, kind, content)


def _passed_headers(found: object) -> dict[str, str]:
    """Return the headers that the page chose, without those that the proxy sets or keeps to itself."""
    named = found.items() if isinstance(found, Mapping) else ()
    return {
        str(name): str(value)
        for name, value in named
        if str(name).lower() not in OWN_HEADERS and not str(name).lower().startswith(("x-forge-", "x-b3-"))
    }


def _check_call(method: str, path: object, body: object) -> None:
    if method not in METHODS:
        raise Refused(f"Invalid method {method}", 400)
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        raise Refused("The path must be an absolute path", 400)
    if body is not None and not isinstance(body, Mapping):
        raise Refused("The body must be a JSON object", 400)


def _count(platform: ForgePlatform, installation: ForgeInstallation, account_id: str) -> None:
    minute = int(platform.clock().timestamp() // 60)
    own = installation.count(minute, account_id)
    of_app = platform.count(minute, installation.key)
    if own > MOST_OF_PERSON or installation.calls_of_all > MOST_OF_INSTALLATION or of_app > MOST_OF_APP:
        raise Refused("Too many requests", 429)


def _exchange(
    calls: CallLog,
    installation: ForgeInstallation,
    method: str,
    path: str,
    data: bytes,
    headers: dict[str, str],
) -> tuple[int, str, bytes]:
    url = installation.address(path)
    status = 0
    try:
        answer = requests.request(
            method, url, data=data, headers=headers, timeout=ANSWER_SECONDS, allow_redirects=False
        )
        status = answer.status_code
    except requests.Timeout:
        raise Refused(f"Request timed out after {ANSWER_SECONDS} seconds", 504) from None
    except requests.RequestException:
        raise Refused("An unexpected error happened") from None
    finally:
        log = Call("forge", method, url, template=path, status=status, app_key=installation.key)
        calls.add(log)
    return status, answer.headers.get("Content-Type", ""), answer.content


def _payload(status: int, kind: str, content: bytes) -> Result:
    """Return status, headers, and the parsed body of an answer that the proxy passes on."""
    if status == 401:
        raise Refused("The remote could not verify the Forge Invocation Token", 401)
    if 300 <= status < 400:
        raise Refused("The remote answered with a redirect", 502)
    if not content and 200 <= status < 300:
        return {"status": status, "headers": {}, "body": None}
    if kind and kind.partition(";")[0].strip() != JSON:
        raise Refused(f"The remote answered with content type {kind}", 502)
    try:
        body = orjson.loads(content)
    except ValueError:
        raise Refused("The remote answered with a body that is not JSON", 502) from None
    return {"status": status, "headers": {"content-type": [kind or JSON]}, "body": body}
