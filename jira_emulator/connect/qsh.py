"""The query string hash that ties a Connect token to one request."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from urllib.parse import quote, unquote_plus, urlsplit

CONTEXT_QSH = "context-qsh"


def canonical_request(method: str, url: str, base_path: str = "") -> str:
    """Return METHOD&PATH&QUERY of a request target, with the path as it was sent, relative to ``base_path``."""
    parts = urlsplit(url)
    return "&".join((method.upper(), _canonical_path(parts.path, base_path), _canonical_query(parts.query)))


def query_string_hash(method: str, url: str, base_path: str = "") -> str:
    """Return the lowercase hex SHA-256 of the canonical request."""
    return hashlib.sha256(canonical_request(method, url, base_path).encode()).hexdigest()


def _canonical_path(path: str, base_path: str) -> str:
    base = base_path.rstrip("/")
    if base and (path == base or path.startswith(base + "/")):
        path = path[len(base) :]
    if len(path) > 1 and path.endswith("/"):
        path = path[:-1]
    if not path.startswith("/"):
        path = "/" + path
    return path.replace("&", "%26")


def _canonical_query(query: str) -> str:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name and name != "jwt":
            values[unquote_plus(name)].append(unquote_plus(value))
    # Java sorts texts by UTF-16 units.
    entries = sorted(
        (quote(name, safe="~"), sorted(texts, key=lambda text: text.encode("utf-16-be", "surrogatepass")))
        for name, texts in values.items()
    )
    return "&".join(
        f"{name}={','.join(quote(value, safe='~') for value in texts)}" for name, texts in entries
    )
