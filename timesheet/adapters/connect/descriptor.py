"""The Connect descriptor as it is served: the file in the root with this place's key and address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson


def read_descriptor(path: Path, key: str, base_url: str) -> dict[str, Any]:
    """The descriptor with ``key`` and ``baseUrl`` filled in."""
    descriptor: dict[str, Any] = orjson.loads(path.read_bytes())
    return {"key": key, "baseUrl": base_url, **descriptor}
