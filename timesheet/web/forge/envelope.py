"""One request of a page inside a JSON object, and its response in another: packing, unpacking, and the inner call."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from io import BytesIO
from secrets import token_hex
from types import MappingProxyType
from typing import Any, cast
from urllib.parse import unquote_to_bytes, urlencode, urlsplit
from wsgiref.types import WSGIApplication, WSGIEnvironment

from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartEncoder, Preamble

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.web.http.auth import INNER_CALLER, NOTHING, InnerCaller, RefusedCaller

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
# A path is as long as the addresses that gunicorn accepts, because the pages are the same for both doors.
LONGEST_PATH, LONGEST_HEADER, MOST_FIELDS = 16 * 1024, 4096, 5000
LARGEST_BODY = 25_000_000
"""The bytes of a response that are held in memory, some 60,000 lines of an export."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# The headers that a page may set. All others are left out: cookies, hosts, addresses, and above all anything
# that could name the person of the request. Whose page it is can only lead to a refusal.
PASSED = frozenset(
    {"accept", "accept-language", "x-download", "x-page-language", "x-page-viewer", "x-waiting"}
)
HTMX = "hx-"
ANSWERED = frozenset(
    {"content-type", "content-disposition", "content-language", "retry-after", "x-request-id"}
)
TEXTS = ("text/", JSON, "application/problem+json", "image/svg+xml")
OUTER = ("REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "wsgi.errors", "wsgi.multithread")
WRONG = message("The page sent a request that cannot be read. Reload the page; nothing was changed.")
EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Inner:
    """A request from an envelope, ready to be answered by the app itself."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The response of the app to an inner request. ``close`` runs the callbacks for after the response was sent."""

    status: int
    headers: Headers
    body: bytes
    close: Callable[[], None] = field(repr=False)


class AnswerTooLarge(Exception):
    """The response of an inner request is too large to be kept in memory."""


def read_envelope(data: object) -> Inner:
    """Return the request in an envelope. Raise InvalidInput, or NotFound for a path that no page has."""
    match data:
        case {"method": str(method), "path": str(path), **rest} if method in METHODS:
            pass
        case _:
            raise InvalidInput(WRONG)
    _check_path(path)
    body, content_type = _body(rest.get("body"))
    return Inner(method, path, _headers(rest.get("headers")), body, content_type)


def answer_inner(
    app: WSGIApplication,
    outer: WSGIEnvironment,
    inner: Inner,
    entry: InnerCaller | RefusedCaller,
    base_url: str,
) -> Answered:
    """Let the app answer an inner request for ``entry``, as if it had come alone. Raise AnswerTooLarge.

    It runs in a separate context, so it sees nothing of the outer request.
    """
    environ = _environ(outer, inner, base_url)
    environ[INNER_CALLER] = entry
    head: list[Any] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _: Any = None
    ) -> Callable[[bytes], object]:
        head[:] = [int(status.split(" ", 1)[0]), Headers(headers)]
        return lambda _data: None

    context = Context()

    def run() -> tuple[Callable[[], None], bytes]:
        chunks = app(environ, start_response)
        close = getattr(chunks, "close", lambda: None)
        try:
            return close, _joined(chunks)
        except BaseException:
            close()
            raise

    close, body = context.run(run)
    return Answered(head[0], head[1], body, lambda: context.run(close))


def write_envelope(answered: Answered) -> dict[str, Any]:
    """Return the envelope of a response. A redirect becomes a 404, because nobody would follow it."""
    if 300 <= answered.status < 400:
        return {"status": 404, "headers": {}, "text": NOTHING}
    headers = {
        name: value
        for name, value in answered.headers
        if name.lower() in ANSWERED or name.lower().startswith(HTMX)
    }
    content = {"status": answered.status, "headers": headers}
    if answered.headers.get("Content-Type", "text/").startswith(TEXTS):
        try:
            return content | {"text": answered.body.decode()}
        except UnicodeDecodeError:
            pass
    return content | {"base64": b64encode(answered.body).decode("ascii")}


def _joined(chunks: Iterable[bytes]) -> bytes:
    """Return the whole body; an export may be read without end, so reading stops in time."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_BODY:
            raise AnswerTooLarge
    return bytes(body)


def _check_path(path: str) -> None:
    """Refuse everything but a plain path on this host, outside of the door itself."""
    plain = path.isascii() and path.isprintable() and not set(' \\#"<>^`{|}').intersection(path)
    if not plain or len(path) > LONGEST_PATH or not path.startswith("/") or path.startswith("//"):
        raise InvalidInput(WRONG)
    parts = [part for part in _decoded(path).split("/") if part]
    if parts and parts[0].lower() == "forge":
        raise NotFound(NOTHING)
    if {".", ".."}.intersection(parts):
        raise InvalidInput(WRONG)


def _decoded(path: str) -> str:
    return unquote_to_bytes(path.partition("?")[0]).decode("latin-1")


def _headers(found: object) -> Mapping[str, str]:
    if found is None:
        return EMPTY
    if not isinstance(found, Mapping):
        raise InvalidInput(WRONG)
    passed = {}
    for name, value in found.items():
        is_passed = name.lower() in PASSED or name.lower().startswith(HTMX)
        if is_passed and name.replace("-", "").isalnum() and name.isascii() and isinstance(value, str):
            if len(value) > LONGEST_HEADER or not value.isprintable():
                raise InvalidInput(WRONG)
            passed[name] = value
    return passed


def _body(found: object) -> tuple[bytes, str]:
    match found:
        case None:
            return b"", ""
        case {"text": str(text)}:
            return text.encode("utf-8", "surrogatepass"), JSON
        case {"form": list(pairs)} if len(pairs) <= MOST_FIELDS:
            return _form([_pair(pair) for pair in pairs])
    raise InvalidInput(WRONG)


def _pair(pair: Any) -> tuple[str, str | Mapping[str, Any]]:
    match pair:
        case [str(name), str(value)]:
            return name, value
        case [str(name), {"file": str(), "base64": str()}]:
            return name, cast("Mapping[str, Any]", pair[1])  # not shown
    raise InvalidInput(WRONG)


def _form(pairs: list[tuple[str, str | Mapping[str, Any]]]) -> tuple[bytes, str]:
    """Return the fields as a browser sends them: with files in parts, otherwise as one line."""
    if all(isinstance(value, str) for _, value in pairs):
        return urlencode(pairs, errors="surrogatepass").encode("ascii"), FORM
    boundary = token_hex(16)
    encoder = MultipartEncoder(boundary.encode())
    parts = [encoder.send_event(Preamble(data=b""))]
    for name, value in pairs:
        head, data = _part(name, value)
        parts += [encoder.send_event(head), encoder.send_event(Data(data=data, more_data=False))]
    parts.append(encoder.send_event(Epilogue(data=b"")))
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def _part(name: str, value: str | Mapping[str, Any]) -> tuple[Event, bytes]:
    if isinstance(value, str):
        return Field(name=name, headers=Headers()), value.encode("utf-8", "surrogatepass")
    kind = value.get("type")
    plain = isinstance(kind, str) and kind.isascii() and kind.isprintable() and len(kind) <= 100
    headers = Headers({"Content-Type": str(kind) if kind and plain else "application/octet-stream"})
    try:
        data = b64decode(value["base64"], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput(WRONG) from None
    file_name = "".join(letter for letter in value["file"] if letter.isprintable() and letter not in '"\\')
    return File(name=name, filename=file_name[:255], headers=headers), data


def _environ(outer: WSGIEnvironment, inner: Inner, base_url: str) -> WSGIEnvironment:
    """Return a fresh WSGI environment: of the outer request only the client's address and the server are kept."""
    path, _, query = inner.target.partition("?")
    base = urlsplit(base_url)
    environ: WSGIEnvironment = {name: outer[name] for name in OUTER if name in outer}
    environ |= {
        "REQUEST_METHOD": inner.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": inner.target,
        "RAW_URI": inner.target,
        "HTTP_HOST": base.netloc,
        "CONTENT_LENGTH": str(len(inner.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": base.scheme,
        "wsgi.input": BytesIO(inner.body),
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if inner.content_type:
        environ["CONTENT_TYPE"] = inner.content_type
    for name, value in inner.headers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value.encode().decode("latin-1")
    return environ
