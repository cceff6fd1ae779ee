"""Let each request read from the cache what requests like it usually read, with one question to a shared server."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, request

from timesheet.web.http.dependencies import dependencies


def init_app(app: Flask) -> None:
    """Begin a group of reads (Cache.look) when the caller of a request is known, and end it with the request."""

    @app.before_request
    def open_look() -> None:
        if "site" in g:
            caller = g.identity.account_id if "identity" in g else ""
            look = dependencies().operation.cache.look(
                f"{g.site.key}:{caller}:{request.method} {request.path}"
            )
            g.cache_look = ExitStack()
            g.cache_look.enter_context(look)

    @app.teardown_request
    def close_look(_: BaseException | None) -> None:
        if "cache_look" in g:
            g.cache_look.close()
