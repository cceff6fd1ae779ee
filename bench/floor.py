"""The floor: the minimum that any Flask app needs to return the same bytes with the same status and type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from werkzeug.test import Client


def static_answer(body: bytes, **request: Any) -> Callable[[], object]:
    """Return a call that gets ``body`` from an app with one route and nothing around it, with such a request."""
    app = Flask("floor", static_folder=None)

    @app.route("/", methods=["GET", "POST"])
    def answer() -> Response:
        return Response(body, content_type="text/html; charset=utf-8")

    client = Client(app)
    return lambda: client.open("/", **request).data
