"""The requirements of Mozilla's Observatory and OWASP's list of secure headers, as far as a framed app can
meet them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from werkzeug.wrappers import Response

YEAR = 31_536_000
# OWASP's list of headers to remove, and others that reveal the software or its environment.
TELLING = re.compile(
    r"server|via|powered-by|product|x-.*(powered|version|runtime|generat|framework|cms|drupal|envoy|varnish|backend"
    r"|debug|aspnet|kubernetes|redirect-by|page-?speed|turbo|b3-).*|.*sourcemap|set-cookie|k-proxy-request|host-header",
    re.IGNORECASE,
)
# Headers that browsers have dropped, and those that framing by Jira forbids.
FORMER = (
    "X-Frame-Options",
    "Public-Key-Pins",
    "Expect-CT",
    "Feature-Policy",
    "Pragma",
    "P3P",
    "Timing-Allow-Origin",
)
WIDE = (
    "unsafe-",
    "strict-dynamic",
    "http:",
    "https: ",
    "data: ",
    "blob:",
    "filesystem:",
    "javascript:",
    "* ",
)
NEEDED = (("img-src", "data: "), ("frame-src", "blob:"))
"""Pictures in style sheets, and the frame from which a browser saves a file."""
DENIED = (
    "accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope hid "
    "idle-detection magnetometer microphone midi payment picture-in-picture publickey-credentials-get "
    "screen-wake-lock serial usb xr-spatial-tracking"
).split()
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-DNS-Prefetch-Control": "off",
}


def policy_of(answer: Response) -> dict[str, str]:
    """Return the directives of its content security policy."""
    parts = (
        part.strip().partition(" ") for part in answer.headers.get("Content-Security-Policy", "").split(";")
    )
    return {name: value for name, _, value in parts}


def faults_of(
    answer: Response, *, static: bool = False, https: bool = True, shared: bool = False
) -> Iterator[str]:
    """Yield missing or too permissive headers; browsers ignore HSTS over plain http.

    ``static``: it may be cached. ``shared``: pages of other origins may load it.
    """
    headers = answer.headers
    exact = EXACT | ({"Cross-Origin-Resource-Policy": "cross-origin"} if shared else {})
    for name, value in exact.items():
        if headers.get(name) != value:
            yield f"{name} is {headers.get(name)!r}"
    age = re.match(r"max-age=(\d+); includeSubDomains$", headers.get("Strict-Transport-Security", ""))
    if https and (not age or int(age.group(1)) < YEAR):
        yield "HSTS is too short"
    if not re.match(r"max-age=\d+, public" if static else "no-store$", headers.get("Cache-Control", "")):
        yield f"is kept otherwise than it may be: {headers.get('Cache-Control')!r}"
    denied = headers.get("Permissions-Policy", "").split(", ")
    if missing := [feature for feature in DENIED if f"{feature}=()" not in denied]:
        yield f"may use {missing}"
    yield from faults_of_names(answer)
    yield from faults_of_policy(policy_of(answer))


def faults_of_names(answer: Response) -> Iterator[str]:
    """Yield headers that should be absent, or not duplicated."""
    headers = answer.headers
    for name in dict(headers):
        if TELLING.fullmatch(name) or name.startswith("Access-Control-") or name in FORMER:
            yield f"{name} reveals too much, or has no use"
        if len(headers.getlist(name)) > 1 and name != "Vary":
            yield f"{name} twice"
    if headers.get("X-XSS-Protection", "0") != "0":
        yield "the browsers' old filter is on"


def faults_of_policy(policy: dict[str, str]) -> Iterator[str]:
    """Yield what its content security policy allows beyond what the app needs."""
    if policy.get("default-src") != "'none'" or policy.get("base-uri") != "'none'":
        yield f"the policy does not start from nothing: {policy}"
    if policy.get("form-action") not in ("'self'", "'none'") or not policy.get("frame-ancestors"):
        yield f"the policy leaves forms or frames open: {policy}"
    for name, value in policy.items():
        wide = [one for one in WIDE if one in f"{value} " and (name, one) not in NEEDED]
        if wide and name != "frame-ancestors":
            yield f"{name} is too wide: {value}"
    if "*" in policy.get("frame-ancestors", "").replace("https://*.", ""):
        yield f"anybody may frame: {policy['frame-ancestors']}"
