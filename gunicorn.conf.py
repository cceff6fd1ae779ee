"""How gunicorn reads requests and answers them, wherever it starts: it loads this file from the folder by itself.

What depends on the machine (threads, timeouts) stands in the Procfile.
"""

from __future__ import annotations

from gunicorn.http import message, wsgi

# As long as docs/hosting.md says, because Connect's tokens travel in addresses. gunicorn stops at half of it by itself.
limit_request_line = message.MAX_REQUEST_LINE = 16 * 1024

# No header decides where the app is mounted: one that does not fit the path would be a 500.
forwarder_headers = ""


class NamelessResponse(wsgi.Response):  # type: ignore[misc]
    """Tells nobody which server answers."""

    def default_headers(self) -> list[str]:
        """See gunicorn."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


wsgi.Response = NamelessResponse
