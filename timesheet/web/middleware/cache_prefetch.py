"""Let each request read from the cache what requests like it usually read, with one question to a shared server."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, request

from timesheet.web.http.dependencies import dependencies


def init_app(app: Flask) -> None:
    """Begin a group of reads (Cache.prefetch) when the caller of a request is known, and end it with the request."""

    @app.before_request
    def open_prefetch() -> None:
        if "site" in g:
            caller = g.identity.account_id if "identity" in g else ""
            prefetch = dependencies().operation.cache.prefetch(
                f"{g.site.key}:{caller}:{request.method} {request.path}"
            )
            g.cache_prefetch = ExitStack()
            g.cache_prefetch.enter_context(prefetch)

    @app.teardown_request
    def close_prefetch(_: BaseException | None) -> None:
        if "cache_prefetch" in g:
            g.cache_prefetch.close()
