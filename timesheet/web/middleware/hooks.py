"""Join the functions that Flask calls around each request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, Response


def join(app: Flask) -> None:
    """Let Flask call one function before each request, one after it, and one at its end, which call all others.

    They do so in Flask's order. Flask itself would take two calls for each of them.
    """
    before: Sequence[Callable[[], Any]] = app.before_request_funcs.pop(None)
    after = tuple(reversed(app.after_request_funcs.pop(None)))
    at_end = tuple(reversed(app.teardown_request_funcs.pop(None)))

    @app.before_request
    def begin() -> Any:
        for function in before:
            answer = function()
            if answer is not None:
                return answer
        return None

    @app.after_request
    def finish(response: Response) -> Response:
        for function in after:
            response = function(response)
        return response

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        for function in at_end:
            function(error)
