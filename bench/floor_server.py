"""A WSGI app that serves the files of the folder BENCH_FLOOR from memory: the floor, behind the same server."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response

GZIP = b"\x1f\x8b"
app = Flask("floor", static_folder=None)
BODIES = {path.name: path.read_bytes() for path in Path(os.environ["BENCH_FLOOR"]).iterdir()}


@app.route("/<kind>", methods=["GET", "POST"])
def answer(kind: str) -> Response:
    """Return the bytes of one kind of answer."""
    body = BODIES[kind]
    coded = {"Content-Encoding": "gzip"} if body.startswith(GZIP) else {}
    return Response(body, content_type="text/html; charset=utf-8", headers=coded)
