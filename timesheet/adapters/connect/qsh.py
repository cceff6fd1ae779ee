"""The query string hash of Connect tokens, byte for byte as Atlassian computes it."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote, unquote_plus

from timesheet.services.ports.authentication import SignedRequest

SAFE = "-._~"


def canonical_request(request: SignedRequest, base_path: str = "") -> str:
    """Return ``METHOD&path&query`` as the hash covers it; ``base_path`` is the receiver's own path prefix."""
    return f"{request.method.upper()}&{_path(request.path, base_path)}&{_query(request.query)}"


def request_hash(request: SignedRequest, base_path: str = "") -> str:
    """Return the qsh: SHA-256 of the canonical request in lowercase hex."""
    return sha256(canonical_request(request, base_path).encode("utf-8", "surrogateescape")).hexdigest()


def _path(path: str, base_path: str) -> str:
    base = base_path.rstrip("/")
    if base and (path == base or path.startswith(base + "/")):
        path = path[len(base) :]
    path = "/" + path.removeprefix("/")
    if len(path) > 1:
        path = path.removesuffix("/")
    return path.replace("&", "%26")


def _query(query: str) -> str:
    """Return the query sorted by encoded key; the values of a key are sorted before encoding, as Atlassian does."""
    values: dict[str, list[str]] = {}
    for part in query.split("&"):
        key, _, value = part.partition("=")
        name = _decode(key)
        if part and name != "jwt":
            values.setdefault(_encode(name), []).append(_decode(value))
    return "&".join(f"{key}={','.join(map(_encode, _in_order(values[key])))}" for key in sorted(values))


def _in_order(values: list[str]) -> list[str]:
    """Return texts as Java and JavaScript sort them: by UTF-16 units, so emoji come before full-width letters."""
    if len(values) > 1:
        values.sort(key=lambda value: value.encode("utf-16-be", "surrogatepass"))
    return values


def _decode(text: str) -> str:
    return unquote_plus(text, errors="surrogateescape") if "%" in text or "+" in text else text


def _encode(text: str) -> str:
    return text if text.isalnum() and text.isascii() else quote(text, safe=SAFE, errors="surrogateescape")
