"""The sessions for all outgoing calls: trusted certificates, causes of failed checks, and limits on bodies."""

from __future__ import annotations

import re
import ssl
import time
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from io import BufferedReader, RawIOBase
from pathlib import Path
from socket import socket
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import create_urllib3_context

from timesheet.domain.lazy import lazy

MOST_POOLS, MOST_KEPT = 200, 40
"""The most servers or sites whose connections are kept, and the most of each. An idle connection takes about 43 KiB."""
BODY_SECONDS = 30.0
"""The most that any caller waits for a body."""
CHUNK = 256 * 1024

# Nothing here is escaped, and no part of the path begins with a dot, which could lead elsewhere.
PLAIN_URL = re.compile(
    r"https?://[a-z0-9][a-z0-9.-]*(?::(?:[1-9]\d{0,3}|[1-5]\d{4}))?(?:/[\w~:@$,;=+*-][\w.~:@$,;=+*-]*)+(?:\?[\w.~:@/$,;=+*&-]+)?",
    re.ASCII,
)
SITE = re.compile(r"https?://[^/]+/ex/jira/([^/?]+)")
"""An address at Atlassian's gateway, where all sites have the same host, with the cloud id of one."""
log = structlog.stdlib.get_logger("timesheet.http")


class BodyTooLarge(Exception):
    """The response exceeds the maximum size."""


class OutgoingSession(requests.Session):
    """Logs the cause of a failed TLS check, which callers only see as a server that does not respond.

    An interim response (1xx) breaks off the call: what follows it on the connection would otherwise be taken for the
    response to the next call, which may be another person's.
    """

    keeps = True

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """See requests. This session adds only headers, because merging the rest takes as long as preparing."""
        request.headers = {**self.headers, **request.headers}
        address, body = request.url, request.data or None
        rest = request.files or request.json or request.params or request.auth or request.cookies
        if rest or not (
            isinstance(address, str) and isinstance(body, bytes | None) and PLAIN_URL.fullmatch(address)
        ):
            # Something has to be encoded, signed, or escaped.
            return request.prepare()
        # The result of ``prepare`` for such a request, without parsing and rebuilding its address.
        prepared = requests.PreparedRequest()
        prepared.prepare_method(request.method)
        prepared.url = address
        prepared.prepare_headers(request.headers)
        prepared.prepare_content_length(body)
        prepared.body = body
        # Only a redirect uses it; this session accepts no cookie.
        vars(prepared)["_cookies"] = self.cookies
        return prepared

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> dict[str, Any]:
        """See requests. There is nothing to merge: see ``open_session``."""
        del url
        return {
            "proxies": proxies or {},
            "stream": bool(stream),
            "verify": self.verify if verify is None else verify,
            "cert": cert,
        }

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """See requests."""
        streamed = kwargs.pop("stream", False)
        try:
            # Reading a body returns the connection to the pool, so the status is checked first.
            response = super().send(request, stream=True, **kwargs)
        except requests.exceptions.SSLError as error:
            log.warning("tls_failed", host=urlsplit(request.url or "").netloc, cause=tls_cause(error))
            raise
        if response.status_code < 200:
            response.close()
            raise requests.exceptions.ConnectionError("an interim response without a final one")
        if not streamed:
            response.content  # noqa: B018 - it is read here
        return response


class TimelyReader(RawIOBase):
    """Reads from a socket until a time, because a timeout of the socket begins anew with each byte."""

    def __init__(self, raw: RawIOBase, seconds: float | None) -> None:
        self._raw = raw
        self.until = float("inf") if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        """See RawIOBase."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """See RawIOBase. Raise TimeoutError if it is too late."""
        if time.monotonic() > self.until:
            raise TimeoutError("the answer took too long to arrive")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """See RawIOBase."""
        self._raw.close()
        super().close()


class TimelyResponse(HTTPResponse):
    """Its header has to arrive within the timeout of the call, and its body within BODY_SECONDS."""

    def __init__(self, sock: socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._reader = TimelyReader(self.fp.detach(), sock.gettimeout())
        self.fp = BufferedReader(self._reader)

    def begin(self) -> None:
        """See HTTPResponse."""
        super().begin()
        self._reader.until = time.monotonic() + BODY_SECONDS


class PlainConnection(HTTPConnection):
    """A connection without TLS."""

    response_class = TimelyResponse


class KeptConnection(HTTPSConnection):
    """A connection that is not used again if a response waits on it, because that would answer the next call.

    The base class sees what has arrived, but not what TLS has decrypted and nobody has read.
    """

    response_class = TimelyResponse

    @property
    def is_connected(self) -> bool:
        """See urllib3."""
        return super().is_connected and not cast(ssl.SSLSocket, self.sock).pending()


class Pools(PoolManager):
    """Opens connections whose responses have to arrive in time."""

    def _new_pool(
        self, scheme: str, host: str, port: int, request_context: dict[str, Any] | None = None
    ) -> HTTPConnectionPool:
        pool = super()._new_pool(scheme, host, port, request_context)
        pool.ConnectionCls = KeptConnection if scheme == "https" else PlainConnection
        return pool


class SitePools(Pools):
    """Keeps connections, those of each site apart, even at a host that all sites share."""

    def connection_from_context(self, request_context: dict[str, Any]) -> HTTPConnectionPool:
        """See urllib3."""
        site = request_context.pop("site")
        key: Any = self.key_fn_by_scheme[request_context["scheme"]](request_context), site
        return self.connection_from_pool_key(key, request_context)


class NoPools(Pools):
    """Opens a connection for each call, so that nothing of another call can be on it."""

    def connection_from_context(self, request_context: dict[str, Any]) -> HTTPConnectionPool:
        """See urllib3."""
        del request_context["site"]
        return self._new_pool(
            request_context["scheme"], request_context["host"], request_context["port"], request_context
        )


class PooledAdapter(HTTPAdapter):
    """Keeps connections, which share one TLS context: it trusts the public authorities and those of ``bundle``.

    Nobody waits for a connection here: their number is limited elsewhere (see Bulkhead and Parallel).
    """

    def __init__(self, bundle: Path | None = None, *, keeps: bool = True) -> None:
        self._bundle, self._pools = bundle, SitePools if keeps else NoPools
        super().__init__(pool_connections=MOST_POOLS, pool_maxsize=MOST_KEPT, max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        """See requests."""
        self.poolmanager = self._pools(connections, maxsize=maxsize, block=block, **pool_kwargs)

    @lazy
    def context(self) -> ssl.SSLContext:
        """Return the context. Without it each connection would read all authorities and keep a copy of them."""
        context = create_urllib3_context()
        context.load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)
        if self._bundle is not None:
            context.load_verify_locations(cafile=self._bundle)
        return context

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """See requests."""
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        found = SITE.match(request.url or "")
        pool["site"] = found[1] if found else ""
        if host["scheme"] == "https":
            pool["ssl_context"] = self.context
        return host, pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """See requests, which would name the file of authorities here: each connection would read it again."""
        del conn, url, verify, cert


def open_session(*, keeps: bool = True) -> OutgoingSession:
    """Return a session for all sites and viewers: without cookies, netrc, or proxies of the machine.

    It keeps connections, unless ``keeps`` is false: for responses that do not show whose they are, such as tokens.
    """
    session = OutgoingSession()
    session.trust_env, session.keeps = False, keeps
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", PooledAdapter(keeps=keeps))
    session.mount("http://", PooledAdapter(keeps=keeps))
    return session


def trust_authorities(session: OutgoingSession, bundle: Path) -> None:
    """Let a session trust the certificate authorities of a PEM file in addition to the public ones."""
    session.mount("https://", PooledAdapter(bundle, keeps=session.keeps))


def read_body(response: requests.Response, largest: int, seconds: float) -> bytes:
    """Return the decompressed body. Raise BodyTooLarge, or RequestException if it ends early or takes longer than
    ``seconds``.
    """
    deadline = time.monotonic() + seconds
    parts, size = [], 0
    try:
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > largest:
                raise BodyTooLarge
            if time.monotonic() > deadline:
                raise requests.exceptions.ReadTimeout("the answer took too long to arrive")
        return b"".join(parts)
    except (HTTPError, OSError) as error:
        if isinstance(error, requests.RequestException):
            raise
        raise requests.exceptions.ConnectionError("the answer broke off") from error
    finally:
        # The traceback of an error may keep this frame for hours, until the garbage collector finds it.
        parts.clear()


def tls_cause(error: BaseException) -> str:
    """Return the TLS library's message about a failure, found in the chain of exceptions; otherwise the class of the
    error, because other texts quote the address of the call with its query.
    """
    visited: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, ssl.SSLCertVerificationError):
            return found.verify_message[:200]
        if isinstance(found, ssl.SSLError):
            return str(found)[:200]
        if isinstance(found, BaseException) and id(found) not in visited:
            visited.add(id(found))
            waiting += [*found.args, getattr(found, "reason", None), found.__cause__, found.__context__]
    return type(error).__name__
