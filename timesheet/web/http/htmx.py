"""The only place that reads or writes htmx's headers (htmx 4 names)."""

from __future__ import annotations

import orjson
from flask import Response, request


def wants_fragment() -> bool:
    """True when htmx asks for a part of the page, false for a plain load."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type") != "full"


def target() -> str:
    """What htmx will put the answer into, empty on a plain load."""
    return request.headers.get("HX-Target", "")


def with_event(response: Response, name: str, detail: object = None) -> Response:
    """Let the page hear of ``name`` once the answer has arrived."""
    response.headers["HX-Trigger"] = orjson.dumps({name: detail}).decode()
    return response


def into(response: Response, selector: str, swap: str = "outerHTML") -> Response:
    """Put the answer somewhere else than the request said."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = selector, swap
    return response
