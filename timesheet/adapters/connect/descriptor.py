"""The Connect descriptor as it is served: the file in the root with this place's key and address."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import orjson

GROUP_SYNC_SCOPES = ("ADMIN",)
"""What Jira asks of an app that reads the members of a group (``GET group/member``)."""


def read_descriptor(path: Path, key: str, base_url: str, more_scopes: Collection[str] = ()) -> dict[str, Any]:
    """The descriptor with ``key`` and ``baseUrl`` filled in, asking for ``more_scopes`` than the file does."""
    descriptor: dict[str, Any] = orjson.loads(path.read_bytes())
    scopes = [*descriptor["scopes"], *more_scopes]
    return {"key": key, "baseUrl": base_url, **descriptor, "scopes": scopes}
