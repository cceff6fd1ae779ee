"""Compress responses if the browser accepts it and it is worthwhile."""

from __future__ import annotations

from flask import Flask, Response, request

from timesheet.web.http.compressed import compressed

SMALLEST = 1000
KINDS = ("text/html", "application/json")


def init_app(app: Flask) -> None:
    """Compress HTML and JSON if the browser accepts gzip and it is worthwhile."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Replace the body by its gzip form if that is accepted."""
    if response.mimetype not in KINDS or response.direct_passthrough or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < SMALLEST or "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
        return response
    response.set_data(compressed(body))
    response.headers["Content-Encoding"] = "gzip"
    return response
