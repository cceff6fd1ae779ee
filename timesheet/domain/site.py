"""A Jira Cloud site that installed the app (the tenant), and the rules for its addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import urlsplit

INSTALLED, DISABLED, UNINSTALLED = "installed", "disabled", "uninstalled"
KEPT_AFTER_UNINSTALL = timedelta(days=30)

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9*](?:[a-z0-9*-]*[a-z0-9*])?", re.IGNORECASE)
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LOOPBACK = ("127.0.0.1", "localhost")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Site:
    """A site by its key, which is the id under which it first installed the app.

    ``secret`` is the one it shares with the app, None without one or after the site is uninstalled.
    ``opened_by`` is the installation whose signed invocations open this site, and ``api_url`` is where its
    tokens are valid.
    """

    key: str
    base_url: str
    display_url: str
    status: str
    secret: str | None = field(repr=False)
    secret_version: int
    oauth_client_id: str | None = None
    installation_id: str | None = None
    cloud_id: str | None = None
    opened_by: str | None = None
    api_url: str | None = None

    @property
    def lacks_cloud_id(self) -> bool:
        """Return True if the site uses the app and its cloud id is not known yet."""
        return self.cloud_id is None and self.status == INSTALLED

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the origins whose pages may frame the app: the site's own and its custom domain."""
        return tuple(dict.fromkeys((origin_of(self.base_url), origin_of(self.display_url))))


@dataclass(frozen=True, slots=True)
class HostRule:
    """A rule for hosts that count as Jira: ``*.atlassian.net``, ``127.0.0.1:*``; plain http on loopback only."""

    patterns: Sequence[str]
    plain_http: bool = False

    def clean(self, url: object) -> str | None:
        """Return the origin of ``url`` if it is a plain site address on an allowed host, otherwise None."""
        origin = clean_origin(url, plain_http=self.plain_http)
        if origin is None:
            return None
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        usual = _PORTS[parts.scheme]
        return origin if any(self._matches(pattern, host, port, usual) for pattern in self.patterns) else None

    @staticmethod
    def _matches(pattern: str, host: str, port: int, usual: int) -> bool:
        name, colon, pattern_port = pattern.partition(":")
        return fnmatchcase(host, name) and (pattern_port in ("*", str(port)) if colon else port == usual)


def names_hosts(pattern: str) -> bool:
    """Return True if the last two labels of a HostRule pattern are fixed; with ``*.*`` any host would count as Jira."""
    labels = pattern.partition(":")[0].split(".")
    return all(_LABEL.fullmatch(label) for label in labels) and not any("*" in label for label in labels[-2:])


def names_port(pattern: str) -> bool:
    """Return True for a HostRule pattern without a port, with ``*``, or with a port from 1 to 65535."""
    _, colon, port = pattern.partition(":")
    return not colon or port == "*" or (bool(_PORT.fullmatch(port)) and int(port) < 65536)


def clean_origin(url: object, *, plain_http: bool = False) -> str | None:
    """Return ``scheme://host[:port]`` if ``url`` is that and https, or http on loopback if allowed; otherwise None."""
    if not isinstance(url, str) or len(url) > 250 or not url.isascii() or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    bare = parts.path in ("", "/") and not set("?#@ \\").intersection(url)
    secure = parts.scheme == "https" or (plain_http and parts.scheme == "http" and host in _LOOPBACK)
    if not (bare and secure and port != 0 and _HOST.fullmatch(host) and ".." not in host):
        return None
    return f"{parts.scheme}://{host}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


@lru_cache(maxsize=1024)
def origin_of(url: str) -> str:
    """Return scheme, host, and port of an address that was cleaned before; cached, because each response needs it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
