"""Bodies in gzip form at level 1: most of the gain for a tenth of the time."""

from __future__ import annotations

import gzip
import zlib

from flask import Response, request

WITH_HEADER = zlib.MAX_WBITS | 16


def compressed(body: bytes) -> bytes:
    """Return the gzip form of a body."""
    return gzip.compress(body, compresslevel=1, mtime=0)


def decompressed(body: bytes) -> bytes:
    """Return the body of a gzip form."""
    return zlib.decompress(body, WITH_HEADER)


def send_compressed(body: bytes) -> Response:
    """Return a response with a body that is compressed already, decompressed if gzip is not accepted."""
    if not request.accept_encodings["gzip"]:
        return Response(decompressed(body))
    return Response(body, headers={"Content-Encoding": "gzip"})
