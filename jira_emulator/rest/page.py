"""Jira's page of values with startAt and total."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import request
from werkzeug.datastructures import MultiDict

from jira_emulator.model import Json
from jira_emulator.rest.call import Call


def page_of(call: Call, path: str, items: Sequence[object], *, default: int = 50, most: int = 50) -> Json:
    """Return the requested part of ``items`` under ``values``, with addresses of this page and the next."""
    start = call.number("startAt", 0)
    size = call.number("maxResults", default, most=most) or default
    end = start + size
    page: Json = {
        "self": _address(call, path, start, size),
        "maxResults": size,
        "startAt": start,
        "total": len(items),
        "isLast": end >= len(items),
        "values": list(items[start:end]),
    }
    if end < len(items):
        page["nextPage"] = _address(call, path, end, size)
    return page


def _address(call: Call, path: str, start: int, size: int) -> str:
    query = MultiDict(request.args)
    query["startAt"], query["maxResults"] = str(start), str(size)
    return f"{call.render.api}{path}?{urlencode(list(query.items(multi=True)))}"
