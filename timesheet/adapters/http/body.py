"""Read the body of an HTTP response within a size and a time limit, so no server can keep the app busy for longer."""

from __future__ import annotations

import time

import requests
from urllib3.exceptions import HTTPError

CHUNK = 256 * 1024


class BodyTooLarge(Exception):
    """The response exceeds the maximum size."""


def read_body(response: requests.Response, largest: int, seconds: float) -> bytes:
    """Return the decompressed body. Raise BodyTooLarge, or RequestException if it ends early or takes longer than
    ``seconds``.
    """
    deadline = time.monotonic() + seconds
    parts, size = [], 0
    try:
        while part := response.raw.read1(CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > largest:
                raise BodyTooLarge
            if time.monotonic() > deadline:
                raise requests.exceptions.ReadTimeout("the answer took too long to arrive")
    except (HTTPError, OSError) as error:
        if isinstance(error, requests.RequestException):
            raise
        raise requests.exceptions.ConnectionError("the answer broke off") from error
    return b"".join(parts)
