"""JSON by orjson: fast, and strict about what is JSON."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider


class OrjsonProvider(JSONProvider):
    """Flask's JSON, implemented with orjson."""

    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        """Return JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Return the value of a JSON text. Raise ValueError if it is not JSON."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a JSON response."""
        return Response(orjson.dumps(self._prepare_response_obj(args, kwargs)), mimetype="application/json")
