"""The sessions for all outgoing calls: trusted certificates, and the causes of failed checks."""

from __future__ import annotations

import ssl
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util import create_urllib3_context

log = structlog.stdlib.get_logger("timesheet.http")


class OutgoingSession(requests.Session):
    """Logs the cause of a failed TLS check, which callers only see as a server that does not respond."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """See requests. This session has only headers to add: merging the rest takes as long as preparing."""
        request.headers = {**self.headers, **request.headers}
        return request.prepare()

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """See requests."""
        try:
            return super().send(request, **kwargs)
        except requests.exceptions.SSLError as error:
            log.warning("tls_failed", host=urlsplit(request.url or "").netloc, cause=tls_cause(error))
            raise


class PooledAdapter(HTTPAdapter):
    """Keeps connections; with a ``context``, certificates are verified against its authorities too.

    Nobody waits for a connection here: their number is limited elsewhere (see Bulkhead and Parallel).
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        super().__init__(pool_connections=32, pool_maxsize=40, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """See requests."""
        if self._context is not None:
            kwargs["ssl_context"] = self._context
        super().init_poolmanager(*args, **kwargs)


def open_session() -> requests.Session:
    """Return a session for all sites and viewers: pooled, without cookies, netrc, or proxies of the machine."""
    session = OutgoingSession()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", PooledAdapter())
    session.mount("http://", PooledAdapter())
    return session


def trust_authorities(session: requests.Session, bundle: Path) -> None:
    """Let a session trust the certificate authorities of a PEM file in addition to the public ones."""
    context = create_urllib3_context()
    context.load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)
    context.load_verify_locations(cafile=str(bundle))
    session.mount("https://", PooledAdapter(context))


def tls_cause(error: BaseException) -> str:
    """Return the TLS library's message about a failure, found in the chain of exceptions."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        found = waiting.pop(0)
        if isinstance(found, ssl.SSLCertVerificationError):
            return found.verify_message[:200]
        if isinstance(found, ssl.SSLError):
            return str(found)[:200]
        if isinstance(found, BaseException) and id(found) not in seen:
            seen.add(id(found))
            waiting += [*found.args, getattr(found, "reason", None), found.__cause__, found.__context__]
    return str(error)[:200]
