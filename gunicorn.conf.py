"""Settings for how gunicorn reads and answers requests; it loads this file from the current folder automatically.

Settings that depend on the machine (threads, timeouts) are in the Procfile.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.http import message, wsgi

# As docs/hosting.md says, because Connect sends tokens in addresses. gunicorn's default is half of it.
limit_request_line = message.MAX_REQUEST_LINE = 16 * 1024

# Without the query and the page before, which may contain tokens, if an operator asks for an access log.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(B)s'

# No header decides where the app is mounted: one that does not match the path would cause a 500.
forwarder_headers = ""


class NamelessResponse(wsgi.Response):  # type: ignore[misc]
    """A response that does not name the server."""

    def default_headers(self) -> list[str]:
        """See gunicorn."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


wsgi.Response = NamelessResponse


def on_starting(server: Arbiter) -> None:
    """Pass the number of workers on to the app, however it was set. Refuse several that cannot work together."""
    server.log.error_log.addFilter(hide_request)
    os.environ["WEB_CONCURRENCY"] = str(server.cfg.workers)
    if problem := missing_setting(server.cfg.workers):
        raise SystemExit(problem)


def hide_request(record: logging.LogRecord) -> bool:
    """Remove what a client sent from a line about a request that cannot be read or answered: it may be a token."""
    text = record.getMessage()
    if text.startswith("Invalid request from "):
        # The address of the client and the kind of error; what follows quotes the request.
        record.msg, record.args = ": ".join(text.split(": ", 2)[:2]), ()
    elif text.startswith("Error handling request"):
        record.msg, record.args = text.partition("?")[0], ()
    return True


def nworkers_changed(server: Arbiter, new: int, old: int | None) -> None:
    """Refuse more workers at run time (``kill -TTIN``) for the same reasons."""
    if old is not None and new > old and (problem := missing_setting(new)):
        server.log.error(problem)
        server.num_workers = old


def missing_setting(workers: int) -> str | None:
    """Return what is wrong if a setting is missing that several workers need; commands and jobs need only the first."""
    if workers <= 1:
        return None
    if not os.environ.get("REDIS_URL"):
        return f"REDIS_URL: is required with {workers} workers, because they must share one cache"
    if os.environ.get("METRICS_TOKEN") and not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return (
            f"PROMETHEUS_MULTIPROC_DIR: is required with METRICS_TOKEN and {workers} workers: an empty folder"
        )
    return None


def post_worker_init(worker: Any) -> None:
    """Start the jobs inside the web process if there is only one (WORKER=inside)."""
    worker.wsgi.extensions["worker"].start_inside()


def worker_exit(_server: Any, worker: Any) -> None:
    """Stop them again; a process that could not load the app has none."""
    if app := getattr(worker, "wsgi", None):
        app.extensions["worker"].stop_inside()
