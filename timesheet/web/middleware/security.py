"""The headers that keep pages inside the verified site and out of every cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Flask, Request, Response, g, redirect, request
from flask_talisman import Talisman
from werkzeug.exceptions import Forbidden, UnsupportedMediaType
from werkzeug.wrappers import Response as ResponseBase

from timesheet.domain.site import HostRule
from timesheet.web.http.access import LARGEST_BODY, PAGE, declared
from timesheet.web.http.dependencies import dependencies

YEAR = 31_536_000
PERMISSIONS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), encrypted-media=(), "
    "fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), "
    "payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), "
    "xr-spatial-tracking=()"
)
ISOLATION: Mapping[str, str] = MappingProxyType(
    {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Permitted-Cross-Domain-Policies": "none",
        "X-DNS-Prefetch-Control": "off",
    }
)
PLAIN = ("health.healthz", "health.readyz", "metrics.show_metrics")


class RequestInMemory(Request):
    """A request whose files stay in memory. Werkzeug writes those of more than 500 KB to a temporary file on disk.

    The limit of the body is also that of the memory.
    """

    def _get_file_stream(self, *_: object, **__: object) -> BytesIO:
        """See werkzeug.wrappers.Request: return where the parser writes a file of a form."""
        return BytesIO()


def init_app(app: Flask, script_url: str, base_url: str) -> None:
    """Register the headers, the redirect to https, and the limits on bodies."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.request_class = RequestInMemory
    https = base_url.startswith("https:")
    app.config["PREFERRED_URL_SCHEME"] = "https" if https else "http"
    policy = _content_policy(script_url)
    app.before_request(_sender_to(base_url))

    @app.before_request
    def bound_body() -> None:
        """Limit the body before anything reads it. Compressed bodies are refused, because their real size is
        unknown.
        """
        declaration = declared()
        request.max_content_length = declaration.largest if declaration else LARGEST_BODY
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UnsupportedMediaType

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = f"{policy}; frame-ancestors {_ancestors()}"
        headers.setdefault("Cache-Control", "no-store")
        headers.update(ISOLATION)
        return response

    Talisman(
        app,
        force_https=False,
        frame_options=None,
        strict_transport_security=https,
        strict_transport_security_max_age=YEAR,
        content_security_policy=None,  # it is different for each site: see set_headers
        referrer_policy="no-referrer",
        permissions_policy=PERMISSIONS,
        session_cookie_samesite="None",  # not shown
    )


def _sender_to(base_url: str) -> Callable[[], ResponseBase | None]:
    def send_to_https() -> ResponseBase | None:
        """Redirect pages to the app's own address, because anybody may choose the host in a request.

        Other requests are refused: a program that follows a redirect would continue to send its token
        unencrypted.
        """
        plain = request.scheme == "http" and request.headers.get("X-Forwarded-Proto") != "https"
        if not plain or not base_url.startswith("https:") or request.endpoint in PLAIN:
            return None
        declaration = declared()
        if request.method in ("GET", "HEAD") and (declaration is None or PAGE in declaration.kinds):
            return redirect(base_url + request.full_path.removesuffix("?"))
        raise Forbidden

    return send_to_https


def _content_policy(script_url: str) -> str:
    """Return the policy without frame-ancestors: own files, and the host of the script that connects Jira and
    its frames.

    That script adds the style sheets of Jira's theme from the same host. Firefox and Safari need blob: frames to
    save files (``static/js/page/download.js``).
    """
    script = urlsplit(script_url)
    jira = f"{script.scheme}://{script.netloc}"
    return (
        f"default-src 'none'; script-src 'self' {jira}; style-src 'self' {jira}; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src blob:; form-action 'self'; "
        "base-uri 'none'"
    )


def _ancestors() -> str:
    """Return the verified site; any Jira for a refused page load, which contains nothing personal; otherwise nobody."""
    if "identity" in g:
        return " ".join(g.site.origins)
    declaration = declared()
    if declaration is not None and PAGE in declaration.kinds:
        return " ".join(_any_jira(dependencies().sites.hosts))
    return "'none'"


def _any_jira(hosts: HostRule) -> list[str]:
    schemes = ("https", "http") if hosts.plain_http else ("https",)
    return [f"{scheme}://{pattern}" for pattern in hosts.patterns for scheme in schemes]
