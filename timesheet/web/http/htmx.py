"""Read and write htmx's headers (htmx 4 names); the only module that does."""

from __future__ import annotations

import orjson
from flask import Response, request


def wants_fragment() -> bool:
    """Return True if htmx asks for a part of the page, False for a plain load."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def target() -> str:
    """Return the target into which htmx puts the response, empty on a plain load."""
    return request.headers.get("HX-Target", "")


def with_event(response: Response, name: str, detail: object = None) -> Response:
    """Return the response with an event ``name`` that the page receives when it arrives."""
    response.headers["HX-Trigger"] = orjson.dumps({name: detail}).decode()
    return response


def into(response: Response, selector: str, swap: str = "outerHTML") -> Response:
    """Return the response with another target than the request named."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = selector, swap
    return response
