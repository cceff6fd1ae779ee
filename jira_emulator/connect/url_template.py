"""URL templates of a descriptor, such as ``/panel?issue={issue.id}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_VARIABLE = re.compile(r"\$?\{([A-Za-z0-9_.\-]+)\}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return the URL with each variable percent-encoded; unknown variables become empty."""
    return _VARIABLE.sub(lambda match: quote(values.get(match.group(1), ""), safe=""), template)
