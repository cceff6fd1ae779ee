"""Settings for how gunicorn reads and answers requests; it loads this file from the current folder automatically.

Settings that depend on the machine (threads, timeouts) are in the Procfile.
"""

from __future__ import annotations

from gunicorn.http import message, wsgi

# As docs/hosting.md says, because Connect sends tokens in addresses. gunicorn's default is half of it.
limit_request_line = message.MAX_REQUEST_LINE = 16 * 1024

# No header decides where the app is mounted: one that does not match the path would cause a 500.
forwarder_headers = ""


class NamelessResponse(wsgi.Response):  # type: ignore[misc]
    """A response that does not name the server."""

    def default_headers(self) -> list[str]:
        """See gunicorn."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


wsgi.Response = NamelessResponse
