"""The served Connect descriptor: the file in the root with the key and address of this deployment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

GROUP_SYNC_SCOPES = ("ADMIN",)
"""The scopes that Jira requires of an app that reads the members of a group (``GET group/member``)."""


def read_descriptor(path: Path, key: str, base_url: str, more_scopes: Collection[str] = ()) -> dict[str, Any]:
    """Return the descriptor with ``key`` and ``baseUrl`` set, and with ``more_scopes`` than the file requests."""
    descriptor: dict[str, Any] = orjson.loads(path.read_bytes())
    scopes = [*descriptor["scopes"], *more_scopes]
    return {"key": key, "baseUrl": base_url, **descriptor, "scopes": scopes}


def icon_paths(descriptor: Mapping[str, Any]) -> frozenset[str]:
    """Return the paths of all icons in a descriptor, which Jira's own pages load."""
    return frozenset(_icons(descriptor.get("modules")))


def _icons(part: object) -> Iterator[str]:
    if isinstance(part, Mapping):
        icon = part.get("icon")
        if isinstance(icon, Mapping) and isinstance(icon.get("url"), str):
            yield icon["url"]
    values = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
    for value in values:
        yield from _icons(value)
