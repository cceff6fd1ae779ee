"""Requests that no browser and no Jira would send, generated from a seed so they can be repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import JiraSite
from tests.web.support.every_route import Route, path_of
from tests.web.support.signing import bearing, claims_of, hs256
from tests.web.support.two_sites import meant_by
from tests.web.support.viewer import HTMX
from timesheet.adapters.connect.qsh import request_hash
from timesheet.services.ports.authentication import SignedRequest
from timesheet.web.http.access import CONTEXT, LIFECYCLE, PAGE, SESSION, WEBHOOK

# Raw parts of a query or a form, as bytes on the wire.
PARTS = (
    *(
        "",
        "%",
        "%zz",
        "%00",
        "%ff%fe",
        "%ed%a0%80",
        "%c0%ae",
        "%0d%0aSet-Cookie:%20x=1",
        "%u0041",
        "+",
        "%2B",
    ),
    *("0", "-1", "1e400", "NaN", "9" * 400, "0x10", "%D9%A1%D9%A2", "1.5.5", "-0", "2147483648", "1" * 19),
    *(
        "2026-11-24",
        "2026-02-30",
        "0000-00-00",
        "9999-12-31",
        "0001-01-01",
        "-2026-01-01",
        "2026-W47",
        "24.11.",
    ),
    *(
        "a" * 20_000,
        "%F0%9F%92%A9",
        "%E2%80%AE",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "{{7*7}}",
        "%3Cscript%3E",
    ),
    *("'%20OR%201=1--", "true", "null", "[]", "%7B%7D", "a%3Db%26c", "1:75", "25:00", "8%20h", "=1+1"),
)
IDS = (
    "..",
    ".",
    "%",
    "\x00",
    "a" * 300,
    "-1",
    "0",
    "9" * 30,
    "\u202e",
    "\U0001f4a9",
    "' OR 1=1--",
    "{{7*7}}",
    "new",
)
JSONS: tuple[bytes, ...] = (
    *(
        b"",
        b"{",
        b"null",
        b"[]",
        b'""',
        b"1e999",
        b"NaN",
        b'{"a":',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"{}" * 50,
    ),
    *(
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"a":"\\ud800"}',
        b"\x00",
        b"9" * 5000,
    ),
)
TYPES = (
    *(
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
        "",
        "/",
        "x",
    ),
    *(
        "multipart/form-data; boundary=" + "b" * 300,
        "multipart/form-data; boundary=b",
        "application/json; charset=x",
    ),
    "application/x-www-form-urlencoded; charset=utf-7",
)
MULTIPART = (
    *(b"--b", b"--b--", b"--b\r\n\r\nx\r\n--b--", b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n'),
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../x"\r\n\r\n\x00\xff\r\n--b--\r\n',
)
HEADERS: tuple[tuple[str, str], ...] = (
    *(("HX-Request", "yes"), ("HX-Request-Type", "full"), ("HX-Target", "\xff"), ("HX-Target", "a" * 5000)),
    *(("HX-Current-URL", "http://["), ("HX-Trigger", "{"), ("Accept", "a/b;q=x,*/*;q=2"), ("Accept", "\xe9")),
    *(
        ("Accept-Language", "xx-" + "y" * 500),
        ("Accept-Encoding", "gzip;q=x"),
        ("Range", "bytes=-1"),
        ("Expect", "x"),
    ),
    *(("If-None-Match", "x"), ("If-Modified-Since", "never"), ("Cookie", "a=\xff; =; b"), ("Origin", "null")),
    *(
        ("X-Atlassian-Webhook-Identifier", "\xfc" * 300),
        ("X-Forwarded-Host", "evil example"),
        ("Referer", "\x7f"),
    ),
    *(("X-HTTP-Method-Override", "DELETE"), ("Content-Type", "x" * 900), ("X-Request-Id", "a\tb")),
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "X")


@dataclass
class Malformed:
    """Generates requests: mostly with the right token, so they pass authentication."""

    app: Flask
    site: JiraSite
    ids: Mapping[str, object]
    fields: tuple[str, ...]
    chance: Random
    session: str
    last: str = field(default="", init=False)

    def send(self, route: Route) -> TestResponse:
        """Send a malformed request to this route."""
        method = self.chance.choice(METHODS) if self.chance.random() < 0.1 else route.method
        path = quote(path_of(self.app, route, self._ids(route)), safe="/%") if route.arguments else route.rule
        query = self._pairs() if self.chance.random() < 0.7 else ""
        headers = self._headers()
        kinds = route.declared.kinds
        if self.chance.random() < 0.9:
            if PAGE in kinds and method == "GET" and self.chance.random() < 0.5:
                query = f"{query}&jwt={self._signed(method, path, query)}"
            elif {SESSION, CONTEXT} & kinds:
                headers |= bearing(self.session if SESSION in kinds else self.site.context_token())
            elif WEBHOOK in kinds:
                headers |= bearing(self._signed(method, path, query))
            elif LIFECYCLE in kinds:
                headers |= bearing(self.site.lifecycle_token(path))
        data, kind = self._body() if method not in ("GET", "HEAD") else (b"", "")
        self.last = f"{method} {path}?{query[:300]} {kind} {data[:200]!r} {sorted(headers.items())}"
        return self.site.client.open(
            path, method=method, query_string=query, data=data, content_type=kind or None, headers=headers
        )

    def _ids(self, route: Route) -> dict[str, object]:
        given = {name: self.ids[name] for name in route.arguments}
        for name in route.arguments:
            if not isinstance(given[name], int) and self.chance.random() < 0.3:
                given[name] = self.chance.choice(IDS)
            elif isinstance(given[name], int) and self.chance.random() < 0.3:
                given[name] = self.chance.choice((0, 1, 2**31, 2**63, 10**40))
        return given

    def _pairs(self) -> str:
        """Return a few odd fields, or all of them with plausible values except one or two."""
        if self.chance.random() < 0.5:
            odd = {self.chance.choice(self.fields) for _ in range(self.chance.randrange(3))}
            values = {
                name: self.chance.choice(PARTS) if name in odd else quote(meant_by(name, self.ids))
                for name in self.fields
            }
            return "&".join(f"{quote(name)}={value}" for name, value in values.items())
        count = self.chance.randrange(1, 12)
        chosen = [self.chance.choice(self.fields) for _ in range(count)]
        return "&".join(f"{quote(name)}={self.chance.choice(PARTS)}" for name in chosen)

    def _headers(self) -> dict[str, str]:
        headers = dict(HTMX) if self.chance.random() < 0.5 else {}
        if self.chance.random() < 0.4:
            name, value = self.chance.choice(HEADERS)
            headers[name] = value
        return headers

    def _body(self) -> tuple[bytes, str]:
        kind = (
            self.chance.choice(TYPES) if self.chance.random() < 0.3 else "application/x-www-form-urlencoded"
        )
        if kind.startswith("multipart"):
            return self.chance.choice(MULTIPART), kind
        if "json" in kind or self.chance.random() < 0.2:
            body = self.chance.choice(JSONS)
            if self.chance.random() < 0.5:
                body = json.dumps(self.site.body() | {self.chance.choice(self.fields): [{}] * 3}).encode()
            return body, kind
        return self._pairs().encode(), kind

    def _signed(self, method: str, path: str, query: str) -> str:
        hashed = request_hash(SignedRequest(method, path, query))
        return hs256(
            claims_of(self.site.client_key, self.site.account, hashed, self.site.clock()), self.site.secret
        )
