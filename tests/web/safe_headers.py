"""What Mozilla's Observatory and OWASP's list of secure headers ask of an answer, as far as an app in a frame can."""

from __future__ import annotations

import re
from collections.abc import Iterator

from werkzeug.wrappers import Response

YEAR = 31_536_000
TELLING = {"Server", "X-Powered-By", "X-AspNet-Version", "X-Runtime", "X-Generator", "Via", "Set-Cookie"}
WIDE = ("unsafe-", "*", "http:", "https: ", "data: ", "blob:", "javascript:")
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def policy_of(answer: Response) -> dict[str, str]:
    """The directives of its content policy."""
    parts = (
        part.strip().partition(" ") for part in answer.headers.get("Content-Security-Policy", "").split(";")
    )
    return {name: value for name, _, value in parts}


def faults_of(answer: Response, *, static: bool = False, https: bool = True) -> Iterator[str]:
    """What is missing or too wide in its headers; over plain http no browser heeds HSTS."""
    headers = answer.headers
    for name, value in EXACT.items():
        if headers.get(name) != value:
            yield f"{name} is {headers.get(name)!r}"
    age = re.match(r"max-age=(\d+); includeSubDomains$", headers.get("Strict-Transport-Security", ""))
    if https and (not age or int(age.group(1)) < YEAR):
        yield "HSTS is too short"
    if TELLING & set(headers.keys()) or any(name.startswith("Access-Control-") for name, _ in headers):
        yield f"tells too much: {sorted(headers.keys())}"
    if not static and headers.get("Cache-Control") != "no-store":
        yield f"may be kept: {headers.get('Cache-Control')!r}"
    if "geolocation=()" not in headers.get("Permissions-Policy", ""):
        yield "no permissions policy"
    if headers.get("X-XSS-Protection", "0") != "0":
        yield "the browsers' old filter is on"
    for name in dict(headers):
        if len(headers.getlist(name)) > 1 and name != "Vary":
            yield f"{name} twice"
    yield from faults_of_policy(policy_of(answer))


def faults_of_policy(policy: dict[str, str]) -> Iterator[str]:
    """What its content policy allows beside what the app needs."""
    if policy.get("default-src") != "'none'" or policy.get("base-uri") != "'none'":
        yield f"the policy does not start from nothing: {policy}"
    if policy.get("form-action") not in ("'self'", "'none'") or not policy.get("frame-ancestors"):
        yield f"the policy leaves forms or frames open: {policy}"
    for name in ("script-src", "style-src", "connect-src", "object-src"):
        if any(wide in f"{policy.get(name, '')} " for wide in WIDE):
            yield f"{name} is too wide: {policy[name]}"
    if "*" in policy.get("frame-ancestors", "").replace("https://*.", ""):
        yield f"anybody may frame: {policy['frame-ancestors']}"
