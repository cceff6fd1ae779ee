"""The floor: the minimum that any Flask app needs to return the same bytes with the same status and type."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response
from werkzeug.test import Client


def static_answer(body: bytes, content_type: str = "text/html; charset=utf-8") -> Callable[[], object]:
    """Return a call that gets ``body`` from an app with one route and nothing around it."""
    app = Flask("floor", static_folder=None)

    @app.get("/")
    def answer() -> Response:
        return Response(body, content_type=content_type)

    client = Client(app)
    return lambda: client.get("/").data
