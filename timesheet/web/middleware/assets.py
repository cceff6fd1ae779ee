"""Serve static files at addresses that change with their content, so browsers may cache them forever.

A page loads one style sheet and one script, made of all of them when the app starts. In development it loads the
sources themselves.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from werkzeug.http import parse_accept_header
from whitenoise import WhiteNoise
from whitenoise.responders import NOT_ALLOWED_RESPONSE, Response, StaticFile

from timesheet.web.middleware import bundle
from timesheet.web.middleware.security import ISOLATION, PERMISSIONS, YEAR

CACHE_SECONDS = 60
HTMX = "vendor/htmx/htmx.min.js"
BUNDLE = re.compile(r"/static/[0-9a-f]{12}\.(css|js)")


class PageAssets(NamedTuple):
    """The addresses that the head of a page names: style sheets, modules that others import, entries, scripts."""

    styles: tuple[str, ...]
    preloads: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


def init_app(
    app: Flask, folder: Path, *, development: bool, bundled: bool, https: bool, shared: Collection[str] = ()
) -> None:
    """Serve ``folder``; one hash covers all of it, so files can import each other.

    Pages load the two bundles, or the files themselves unless ``bundled``. Pages of other origins may load the
    files at the ``shared`` paths.
    """
    version = folder_hash(folder)
    hashed = f"/static/{version}/"
    server = SafeFiles(
        app.wsgi_app,
        autorefresh=development and not bundled,
        max_age=0 if development else CACHE_SECONDS,
        allow_all_origins=False,
        immutable_file_test=lambda _path, url: url.startswith(hashed) and not development,
    )
    server.always, server.shared = _headers(https=https), frozenset(shared)
    server.bundles = _bundles(folder) if bundled else {}
    server.add_files(str(folder), prefix="static/")
    server.add_files(str(folder), prefix=hashed)
    app.wsgi_app = server  # type: ignore[method-assign]
    static_url = _namer(hashed, folder)
    app.jinja_env.globals["static_url"] = static_url
    app.jinja_env.globals["assets"] = (
        PageAssets((server.bundles["css"].address,), scripts=(server.bundles["js"].address,))
        if bundled
        else _sources(folder, static_url)
    )


class SafeFiles(WhiteNoise):  # type: ignore[misc]
    """Adds the ``always`` headers to every response about a file, including refusals of a method or a range.

    ``shared`` files may be loaded by pages of other origins. ``bundles`` are by extension.
    """

    always: Mapping[str, str]
    shared: frozenset[str]
    bundles: Mapping[str, GeneratedFile]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """See WhiteNoise. Every address of a bundle has the current one.

        While a new version starts, a page of the other version may ask this process for its bundles.
        """
        found = BUNDLE.fullmatch(environ.get("PATH_INFO", ""))
        if found and found[1] in self.bundles:
            return self.serve(self.bundles[found[1]], environ, start_response)
        answer: Iterable[bytes] = super().__call__(environ, start_response)
        return answer

    def serve(
        self, static_file: StaticFile, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """See WhiteNoise; a refusal is not cached."""
        always = self.always
        if environ.get("PATH_INFO") in self.shared:
            always = {**always, "Cross-Origin-Resource-Policy": "cross-origin"}

        def start(status: str, headers: list[tuple[str, str]]) -> object:
            cache_headers = (
                [] if any(name == "Cache-Control" for name, _ in headers) else [("Cache-Control", "no-store")]
            )
            return start_response(status, [*headers, *always.items(), *cache_headers])

        answer: Iterable[bytes] = WhiteNoise.serve(static_file, environ, start)
        return answer


class GeneratedFile:
    """A file in memory, in the form in which WhiteNoise serves files. Its address changes with its content."""

    def __init__(self, text: str, kind: str, extension: str) -> None:
        self._plain = text.encode()
        self._packed = gzip.compress(self._plain, compresslevel=9, mtime=0)
        self._kind = f"{kind}; charset=utf-8"
        self.address = f"/static/{sha256(self._plain).hexdigest()[:12]}.{extension}"

    def get_response(self, method: str, environ: WSGIEnvironment) -> Response:
        """Return the file, as gzip if the browser accepts that. The whole of it, even if a range is requested.

        Only at its own address it may be cached.
        """
        if method not in ("GET", "HEAD"):
            return NOT_ALLOWED_RESPONSE
        packed = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING"))["gzip"] > 0
        body = self._packed if packed else self._plain
        own = environ.get("PATH_INFO") == self.address
        headers = [
            ("Content-Type", self._kind),
            ("Cache-Control", f"max-age={WhiteNoise.FOREVER}, public, immutable" if own else "no-store"),
            ("Vary", "Accept-Encoding"),  # not shown
            *([("Content-Encoding", "gzip")] if packed else []),
            ("Content-Length", str(len(body))),
        ]
        return Response(HTTPStatus.OK, headers, BytesIO(body) if method == "GET" else None)


def _bundles(folder: Path) -> Mapping[str, GeneratedFile]:
    """Return one style sheet and one script. htmx comes last, because the app's modules must run first."""
    htmx = (folder / HTMX).read_text(encoding="utf-8")
    return {
        "css": GeneratedFile(bundle.bundle_styles(folder), "text/css", "css"),
        "js": GeneratedFile(f"{bundle.bundle_script(folder)}// {HTMX}\n{htmx}", "text/javascript", "js"),
    }


def _sources(folder: Path, static_url: Callable[[str], str]) -> PageAssets:
    """Name every style sheet and module, so that a browser need not read one to know of the next."""
    *imported, entry = map(static_url, bundle.modules(folder))
    return PageAssets(
        styles=tuple(map(static_url, bundle.style_sheets(folder))),
        preloads=tuple(imported),
        modules=(entry,),
        scripts=(static_url(HTMX),),
    )


def folder_hash(folder: Path) -> str:
    """Return twelve hex digits that represent the names and contents of all files."""
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _namer(prefix: str, folder: Path) -> Callable[[str], str]:
    def static_url(name: str) -> str:
        """Return the address of a static file; a missing file is an error, not a broken page."""
        if not (folder / name).is_file():
            raise LookupError(f"there is no static file {name}")
        return prefix + name

    return static_url


def _headers(*, https: bool) -> Mapping[str, str]:
    always = {
        **ISOLATION,
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Permissions-Policy": PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return always | ({"Strict-Transport-Security": f"max-age={YEAR}; includeSubDomains"} if https else {})
