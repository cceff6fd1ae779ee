"""JSON by orjson: fast, and strict about what is JSON."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


class OrjsonProvider(JSONProvider):
    """Flask's JSON, done by orjson."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """The value of a JSON text; ValueError where it is none."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """A JSON answer."""
        return Response(orjson.dumps(self._prepare_response_obj(args, kwargs)), mimetype="application/json")
